//! What others got wrong, and the tests that show that popfetch does not.
//!
//! S1-S24 are the rules for what happens on this machine, CVE-... the history of POP3 clients and
//! their relatives. A rule about something that popfetch does not have yet binds from the day it
//! has it.

use std::fs;
use std::path::Path;

/// How a rule is kept.
enum Kept {
    /// These tests show it: `file::test`, from `tests/it` or from `src`.
    By(&'static [&'static str]),
    /// By the compiler or the dependencies alone.
    Built(&'static str),
    /// There is nothing yet that it could apply to.
    NotYet(&'static str),
}

use Kept::{Built, By, NotYet};

struct Row {
    id: &'static str,
    /// What must not happen, in a few words.
    what: &'static str,
    kept: Kept,
}

const fn row(id: &'static str, what: &'static str, kept: Kept) -> Row {
    Row { id, what, kept }
}

const ROWS: &[Row] = &[
    row(
        "S1",
        "what strangers write acts on the terminal",
        By(&[
            "security/terminal::mail_acts_on_nothing",
            "security/terminal::servers_act_on_nothing",
            "security/terminal::names_that_were_typed_act_on_nothing",
            "wire::what_the_server_says_is_made_visible",
            "wire::hostile_headers_are_one_line_of_eight_fields",
        ]),
    ),
    row(
        "S2",
        "a value that looks like another line of a log",
        By(&["security/terminal::a_folded_line_of_a_log_stays_in_its_field"]),
    ),
    row(
        "S3",
        "a secret in a log, an error or a file",
        By(&[
            "security/nowhere::no_failure_shows_it",
            "security/nowhere::no_failure_on_this_side_shows_it",
            "security/nowhere::odd_passwords_are_sent_as_they_are_and_shown_nowhere",
            "security/nowhere::no_mistake_in_the_configuration_shows_it",
            "security/nowhere::a_sound_configuration_is_shown_without_it",
            "security/nowhere::a_password_source_that_fails_shows_nothing",
            "secrets::not_into_anything_that_is_written",
            "secrets::not_even_when_the_server_repeats_it",
            "secrets::not_when_it_is_repeated_later",
        ]),
    ),
    row(
        "S4",
        "a password among the arguments",
        By(&[
            "secrets::not_onto_the_command_line",
            "security/children::no_option_takes_a_password",
            "security/process::it_leaves_no_core_and_its_arguments_say_nothing",
        ]),
    ),
    row(
        "S5",
        "a password in the environment of a child",
        By(&["security/children::the_password_command_does_not_see_the_environments_password"]),
    ),
    row(
        "S6",
        "core files, and looks into the memory",
        By(&[
            "security/process::nobody_may_look_into_it",
            "security/process::it_leaves_no_core_and_its_arguments_say_nothing",
            "security/process::a_crash_leaves_no_core_and_no_password",
        ]),
    ),
    row(
        "S7",
        "secrets that stay in memory, or are printed by accident",
        By(&["model/secret::debug_shows_nothing"]),
    ),
    row(
        "S8",
        "files that the umask opens",
        By(&[
            "security/modes::afterwards",
            "security/modes::while_messages_come_in",
            "security/modes::at_no_moment_in_between",
        ]),
    ),
    row(
        "S9",
        "a state, configuration or password that others can write or read",
        By(&[
            "security/links::a_state_directory_that_others_can_write_to_is_refused",
            "security/links::a_secret_file_of_another_user_is_refused",
            "security/links::a_configuration_that_is_no_file_is_not_waited_for",
            "config::a_file_with_a_password_has_to_be_private",
            "secrets::a_password_file_is_private",
            "secrets::what_is_no_password_file",
        ]),
    ),
    row(
        "S10",
        "temporary files where somebody else can be first",
        By(&[
            "security/names::unique_ids_are_no_paths",
            "security/links::a_link_in_a_maildir_is_not_followed",
            "security/links::a_link_in_the_place_of_a_lock_file_is_not_followed",
        ]),
    ),
    row("S11", "two at work on one account", By(&["statefile::one_popfetch_at_a_time"])),
    row(
        "S12",
        "a line of mail that begins another message of an mbox",
        By(&["mbox::content_comes_back_byte_for_byte"]),
    ),
    row("S13", "headers that mbox readers believe", NotYet("mail is stored byte for byte")),
    row("S14", "a delivery command's arguments", NotYet("there are no delivery commands")),
    row(
        "S15",
        "what a child inherits, and one that does not end",
        By(&[
            "security/children::the_password_command_inherits_no_descriptor_and_no_signal_mask",
            "security/children::a_password_command_that_prints_for_ever_is_stopped",
            "security/children::a_password_command_that_closes_its_output_and_goes_on_does_not_keep_the_signal_off",
            "cli/password_command::one_that_does_not_come_to_an_end_is_killed",
        ]),
    ),
    row(
        "S16",
        "replies and files without end",
        By(&[
            "proto/engine_tests::endless_replies_end",
            "hostile/endless::lines_without_end",
            "hostile/endless::replies_without_end",
            "security/names::unique_ids_that_are_none",
            "security/links::a_configuration_without_end_is_refused",
            "security/links::a_state_without_end_is_not_taken_in",
            "security/children::nothing_that_never_ends_is_read_for_a_password",
            "memory::a_huge_message_streams",
        ]),
    ),
    row(
        "S17",
        "a server that is slow for ever",
        By(&["hostile/endless::slow_but_steady", "hostile/silence::silent_in_the_mailbox"]),
    ),
    row(
        "S18",
        "mail lost on a full disk",
        By(&[
            "local::a_full_disk",
            "local::a_full_disk_under_the_state",
            "local::a_full_device_as_standard_output",
        ]),
    ),
    row(
        "S19",
        "a signal in the middle",
        By(&[
            "fetch::a_signal_ends_a_transfer_that_never_pauses",
            "kills/interrupt::interrupted_at_random_moments",
            "many::an_interrupt_ends_those_at_work_and_begins_no_other",
        ]),
    ),
    row(
        "S20",
        "mail given to a reader that is gone",
        By(&["local::a_reader_that_is_gone", "local::a_reader_that_leaves_in_the_middle"]),
    ),
    row(
        "S21",
        "an account locked by a second attempt",
        By(&[
            "login::a_wrong_password_is_tried_once",
            "security/children::one_attempt_a_run_whatever_the_server_offers_after_a_refusal",
            "secrets::credentials_go_out_once_and_under_tls",
        ]),
    ),
    row(
        "S22",
        "a parser of mail that decides about delivery",
        By(&["summary::whatever_comes_is_a_summary"]),
    ),
    row(
        "S23",
        "JSON that loses what is no text",
        By(&["security/terminal::json_loses_nothing_of_what_is_no_text"]),
    ),
    row("S24", "a proxy that learns too much", NotYet("there are no proxies")),
    row(
        "W12, CVE-2012-0036, CVE-2025-15367",
        "a line break in an argument becomes a command",
        By(&[
            "security/injection::arguments",
            "security/injection::passwords",
            "security/injection::configurations",
        ]),
    ),
    row(
        "CVE-2001-1009",
        "a negative or huge number in a listing",
        By(&["hostile/numbers::list_that_cannot_be", "hostile/numbers::uidl_that_cannot_be"]),
    ),
    row(
        "CVE-2002-0146",
        "memory given to a count of messages",
        By(&["hostile/numbers::stat_that_cannot_be", "hostile/numbers::claims_that_are_wrong"]),
    ),
    row(
        "CVE-2001-0819, CVE-2002-1174, CVE-2002-1175, CVE-2002-1365",
        "a header that overflows a buffer",
        Built("no unsafe code: `#![forbid(unsafe_code)]`"),
    ),
    row(
        "CVE-2004-0757, CVE-2005-2335",
        "a long unique-id overflows a buffer",
        By(&["security/names::unique_ids_that_are_none"]),
    ),
    row(
        "CVE-2004-0880, CVE-2004-0881",
        "root follows a user's link",
        By(&[
            "security/links::as_root_nothing_goes_where_another_user_can_put_a_link",
            "security/links::a_link_in_a_maildir_is_not_followed",
            "security/links::an_mbox_that_is_a_link_a_pipe_or_a_device_is_refused",
            "local::a_place_that_belongs_to_somebody_else",
        ]),
    ),
    row(
        "CVE-2005-3088",
        "a file is made open and closed later",
        By(&["security/modes::at_no_moment_in_between"]),
    ),
    row(
        "CVE-2005-4348, CVE-2006-0321, CVE-2006-5974, CVE-2007-4565",
        "a message without header or body",
        By(&["fetch::content_is_kept_byte_for_byte"]),
    ),
    row(
        "CVE-2006-5867, CVE-2020-15954, CVE-2021-22946, CVE-2021-39272",
        "a password in the clear where TLS was asked for",
        By(&[
            "security/identity::no_way_to_log_in_is_used_without_the_tls_that_was_asked_for",
            "hostile/tls::stls_that_is_not_to_be_had",
            "tls::a_password_does_not_leave_the_machine_in_the_clear",
            "login/unprotected::what_needs_a_protected_line_gets_one",
        ]),
    ),
    row(
        "CVE-2007-1558, CVE-2018-1060",
        "APOP with a timestamp that tells the password, or that takes for ever to find",
        By(&[
            "hostile/mechanisms::apop_without_a_timestamp_to_rely_on",
            "sasl/apop::only_a_message_id_is_a_timestamp",
            "login/unprotected::what_needs_a_protected_line_gets_one",
        ]),
    ),
    row(
        "CVE-2008-2711, CVE-2010-1167, CVE-2021-36386",
        "long or odd text in a log",
        By(&["wire::an_endless_reason_is_cut", "security/terminal::servers_act_on_nothing"]),
    ),
    row(
        "CVE-2009-2666",
        "a name in a certificate that ends at a NUL",
        By(&["security/identity::what_a_certificate_without_the_exact_name_is_good_for"]),
    ),
    row(
        "CVE-2010-0562",
        "text of a certificate in an error",
        By(&["security/identity::what_a_refused_certificate_says_of_itself_is_not_shown"]),
    ),
    row(
        "CVE-2011-1947",
        "a handshake that is waited for for ever",
        By(&["tls::a_handshake_that_is_cut_or_never_answered"]),
    ),
    row(
        "CVE-2011-3389",
        "TLS before 1.2",
        By(&[
            "trust/refused::versions_that_are_too_old",
            "security/identity::tls_1_1_is_too_old_behind_stls_too",
        ]),
    ),
    row(
        "CVE-2012-3482, CVE-2013-0249, CVE-2025-61962",
        "a challenge that is none",
        By(&[
            "hostile/codes::challenges",
            "hostile/scram::challenges",
            "hostile/mechanisms::others",
            "client/tests::a_challenge_that_is_not_base64_is_answered_with_a_star",
        ]),
    ),
    row(
        "CVE-2013-1752",
        "a line without end",
        By(&["hostile/endless::lines_without_end", "hostile/endless::messages_without_end"]),
    ),
    row(
        "CVE-2014-7273, CVE-2014-7274, CVE-2014-7275, CVE-2019-8337",
        "anybody's certificate",
        By(&[
            "trust/refused::certificates_that_are_refused",
            "tls::addresses_need_an_address_in_the_certificate",
            "security/identity::by_default_only_the_systems_authorities_count",
            "security/identity::what_a_certificate_without_the_exact_name_is_good_for",
        ]),
    ),
    row(
        "CVE-2014-0138, CVE-2022-22576, CVE-2026-4873, CVE-2026-8286",
        "one account's connection given to another",
        By(&["security/identity::accounts_of_one_server_share_no_connection"]),
    ),
    row(
        "CVE-2018-14356, CVE-2018-14362",
        "an empty unique-id, or one that is a path",
        By(&[
            "security/names::unique_ids_are_no_paths",
            "security/names::unique_ids_that_are_none",
            "security/names::users_and_hosts_are_no_paths",
        ]),
    ),
    row(
        "CVE-2020-14954, CVE-2020-15953, CVE-2021-30696, CVE-2021-22947, CVE-2026-41319",
        "what was said in the clear counts behind STLS",
        By(&["hostile/tls::injections"]),
    ),
    row(
        "CVE-2021-38084",
        "commands pipelined into STLS",
        By(&["wire::stls_hides_all_but_the_question", "tls::stls"]),
    ),
    row("CVE-2024-50624", "settings fetched in the clear", NotYet("nothing is discovered")),
    row(
        "CVE-2025-14524",
        "a token shown, or sent where it does not belong",
        By(&[
            "hostile/mechanisms::tokens",
            "login/tokens::a_refused_token",
            "login/unprotected::what_needs_a_protected_line_gets_one",
        ]),
    ),
    row(
        "A15",
        "a server that is believed without a proof, or that keeps a client hashing",
        By(&[
            "hostile/scram::success_without_a_proof",
            "hostile/scram::challenges",
            "sasl/scram_tests::servers_that_do_not_know_the_password",
        ]),
    ),
    row(
        "A18",
        "a weaker way to log in than the one that was asked for",
        By(&[
            "sasl/choice::what_is_asked_for_is_never_replaced",
            "hostile/scram::success_without_a_proof",
        ]),
    ),
    row(
        "CVE-2001-0996",
        "mail that is taken for replies",
        By(&[
            "proto/engine_tests::content_is_never_a_reply",
            "hostile/forged::replies_forged_by_a_message",
        ]),
    ),
    row("CVE-2021-38189", "dots over the borders of buffers", NotYet("there is no LMTP")),
    row(
        "Thunderbird 1641882",
        "a loop over refusals",
        By(&[
            "hostile/tls::stls_that_is_not_to_be_had",
            "security/identity::no_way_to_log_in_is_used_without_the_tls_that_was_asked_for",
            "hostile/endless::refusals_without_end",
        ]),
    ),
];

/// Whether `file::test` is a test in `tests/it` or in `src`.
fn exists(test: &str) -> bool {
    let Some((file, name)) = test.split_once("::") else { return false };
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let within = |directory: &str| {
        let text = fs::read_to_string(root.join(directory).join(format!("{file}.rs")));
        text.is_ok_and(|text| {
            text.lines()
                .map(str::trim)
                .collect::<Vec<_>>()
                .windows(2)
                .any(|pair| pair[0] == "#[test]" && pair[1].starts_with(&format!("fn {name}(")))
        })
    };
    within("tests/it") || within("src")
}

#[test]
fn every_rule_names_tests_that_exist() {
    let mut missing = Vec::new();
    for Row { id, what, kept } in ROWS {
        assert!(!id.is_empty() && !what.is_empty());
        match kept {
            By(tests) => {
                assert!(!tests.is_empty(), "{id}");
                missing.extend(tests.iter().filter(|test| !exists(test)).map(|test| (id, test)));
            }
            Built(why) | NotYet(why) => assert!(!why.is_empty(), "{id}"),
        }
    }
    assert_eq!(missing, []);
}

#[test]
fn every_rule_stands_in_it_once() {
    let ids: Vec<&str> = ROWS.iter().flat_map(|row| row.id.split(", ")).collect();
    for number in 1..=24 {
        assert!(ids.contains(&format!("S{number}").as_str()), "S{number}");
    }
    let mut once = ids.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), ids.len());
}
