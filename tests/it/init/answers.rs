//! On a terminal: the whole way, and every wrong answer on it.

use super::{CONFIG, Newcomer, PASSWORD};

#[test]
fn from_nothing_to_the_first_mail() {
    let newcomer = Newcomer::with(3);
    let mut terminal = newcomer.init(&["--host", &newcomer.server(), "--ca-file", "ca.pem"]);
    let shown = terminal
        .answers("Mail address: ", "alice@example.test")
        .answers("User name [alice@example.test]: ", "alice")
        .answers("Password for alice at localhost: ", PASSWORD)
        .shows("Logged in: 3 messages")
        .answers("Name of the account [example]: ", "")
        .answers("Where does the mail go [maildir:~/Mail/{account}]: ", "")
        .answers("There is no ~/Mail. Make it? [Y/n]: ", "")
        .answers("The first fetch brings:", "1")
        .answers("What is safe here is, on the server:", "1")
        .answers("Where is the password to be kept?", "1")
        .shows("[accounts.example]")
        .answers("config.toml? [Y/n]: ", "")
        .answers("Fetch now? [Y/n]: ", "")
        .ends(0);
    assert!(!shown.contains(PASSWORD), "{shown}");
    assert_eq!(newcomer.fetched("home/Mail/example"), 3);
    assert_eq!(newcomer.dovecot.messages("alice").len(), 3, "kept");
    let port = newcomer.dovecot.port();
    let ca = newcomer.home.path("ca.pem");
    let expected = format!(
        "[accounts.example]\nhost = \"localhost\"\nport = {port}\nuser = \"alice\"\nca-file = \
         \"{}\"\npassword-file = \"example.password\"\nto = \"maildir:~/Mail/{{account}}\"\n",
        ca.display()
    );
    assert_eq!(newcomer.config(), expected);
    newcomer.is_private(CONFIG);
    newcomer.is_private("home/.config/popfetch/example.password");
    // What was written is enough for the next time.
    newcomer.deliver(4);
    newcomer.home.run(&["fetch", "example"]).succeeds();
    assert_eq!(newcomer.fetched("home/Mail/example"), 4);
}

#[test]
fn wrong_answers_lead_to_the_question_again() {
    let newcomer = Newcomer::with(3);
    newcomer.home.write("not-a-certificate", "x\n");
    let ours = newcomer.home.path("ours").display().to_string();
    let server = newcomer.server();
    let mut terminal = newcomer.init(&["--host", "pop.exmaple.invalid"]);
    let shown = terminal
        .answers("Mail address: ", "alice")
        .shows("a mail address looks like alice@example.com")
        .answers("Mail address: ", "alice@example.invalid")
        // A name that does not exist, with a guess; one that is none; a port where nobody is.
        .shows("cannot find the host pop.exmaple.invalid")
        .answers("[pop.example.invalid]: ", "a b")
        .shows("a host name holds no ' '")
        .answers("Server (host, host:port or pop3://host) [pop.example.invalid]: ", "localhost:1")
        .shows("connection refused")
        .answers("Server (host, host:port or pop3://host): ", &server)
        // Nobody knows who has signed its certificate.
        .shows("the certificate of localhost was refused")
        .answers("File [-]: ", "no-such-file")
        .shows("cannot read")
        .answers("File [-]: ", "not-a-certificate")
        .shows("cannot use the certificates")
        .answers("File [-]: ", "ca.pem")
        // A wrong password, and another user.
        .answers("User name [alice@example.invalid]: ", "alice")
        .answers("Password for alice at localhost: ", "wrong-Zq7")
        .shows("cannot log in")
        .shows("some providers lock an account")
        .answers("User name [alice]: ", "")
        .answers("Password for alice at localhost: ", "")
        .answers("Password for alice at localhost: ", PASSWORD)
        .answers("Name of the account [example]: ", "a/b")
        .shows("an account's name is")
        .answers("Name of the account [example]: ", "work")
        .answers("Where does the mail go [maildir:~/Mail/{account}]: ", "imap:x")
        .shows("is no destination")
        .answers("Where does the mail go", "maildir:/nowhere/at/all/x")
        .shows("there is no directory /nowhere/at/all, nor can one be made")
        .answers("Where does the mail go", "maildir:ca.pem")
        .shows("is there, and cannot be used as")
        .answers("Where does the mail go", "maildir:ours/{account}")
        .answers("ours. Make it? [Y/n]: ", "n")
        .answers("Where does the mail go", "maildir:ours/{account}")
        .answers("ours. Make it? [Y/n]: ", "perhaps")
        .shows("Please answer y or n.")
        .answers("ours. Make it? [Y/n]: ", "y")
        .answers("The first fetch brings:", "7")
        .shows("a number from 1 to 3")
        .answers("Choice [1]: ", "3")
        .answers("How many: ", "few")
        .answers("How many: ", "2")
        .answers("What is safe here is, on the server:", "2")
        .answers("After how long [14d]: ", "soon")
        .shows("is not an age")
        .answers("After how long [14d]: ", "30d")
        .answers("Where is the password to be kept?", "3")
        .answers("Command that prints it: ", "exit 3")
        .shows("exit status")
        .answers("Command that prints it: ", "echo something-else")
        .shows("something else than the password")
        .answers("Command that prints it: ", "printf sec; printf ret")
        .answers("config.toml? [Y/n]: ", "y")
        .answers("Fetch now? [Y/n]: ", "n")
        .shows("next: popfetch fetch work")
        .ends(0);
    assert!(!shown.contains("wrong-Zq7"), "{shown}");
    let expected = format!(
        "[accounts.work]\nhost = \"localhost\"\nport = {}\nuser = \"alice\"\nca-file = \"{}\"\n\
         password-command = \"printf sec; printf ret\"\nto = \"maildir:{ours}/{{account}}\"\n\
         delete = \"30d\"\nfirst-fetch = \"last:2\"\n",
        newcomer.dovecot.port(),
        newcomer.home.path("ca.pem").display()
    );
    assert_eq!(newcomer.config(), expected);
    newcomer.home.run(&["fetch"]).succeeds();
    assert_eq!(newcomer.fetched("ours/work"), 2);
}

#[test]
fn three_wrong_passwords_are_enough() {
    let newcomer = Newcomer::new();
    let url = format!("pop3s://alice@{}", newcomer.server());
    let mut terminal = newcomer.init(&[&url, "--ca-file", "ca.pem"]);
    terminal.answers("Password for alice at localhost: ", "wrong");
    for _ in 0..2 {
        terminal.answers("User name [alice]: ", "").answers("Password for alice", "wrong");
    }
    terminal.shows("cannot log in to localhost as alice").ends(77);
    newcomer.has_written_nothing();
}

#[test]
fn ctrl_c_leaves_everything_as_it_was() {
    let newcomer = Newcomer::with(1);
    let url = format!("pop3s://alice@{}", newcomer.server());
    let questions = [
        ("Password for alice at localhost: ", PASSWORD),
        ("Name of the account [localhost]: ", ""),
        ("Where does the mail go", ""),
        ("Make it? [Y/n]: ", ""),
        ("Choice [1]: ", ""),
        ("Choice [1]: ", ""),
        ("Choice [1]: ", ""),
        ("config.toml? [Y/n]: ", ""),
    ];
    for last in 0..questions.len() {
        let mut terminal = newcomer.init(&[&url, "--ca-file", "ca.pem"]);
        for (question, answer) in &questions[..last] {
            terminal.answers(question, answer);
        }
        let shown = terminal.shows(questions[last].0).keys("\x03").ends(130);
        assert!(!shown.contains(PASSWORD), "{shown}");
        newcomer.has_written_nothing();
    }
}

#[test]
fn the_end_of_input_is_no_answer() {
    let newcomer = Newcomer::new();
    newcomer.init(&[]).shows("Mail address: ").keys("\x04").shows("nothing was written").ends(130);
    newcomer.has_written_nothing();
}

#[test]
fn with_yes_only_what_has_no_default_is_asked() {
    let newcomer = Newcomer::with(1);
    let url = format!("pop3s://alice@{}", newcomer.server());
    newcomer
        .init(&[&url, "--ca-file", "ca.pem", "--yes"])
        .answers("Password for alice at localhost: ", PASSWORD)
        .shows("next: popfetch fetch localhost")
        .ends(0);
    newcomer.home.run(&["fetch"]).succeeds();
    assert_eq!(newcomer.fetched("home/Mail/localhost"), 1);
}

#[test]
fn what_is_configured_already_is_said() {
    let newcomer = Newcomer::new();
    let port = newcomer.dovecot.port();
    let old = format!(
        "# mine\n[accounts.example] # old\nhost = 'localhost'\nport = {port}\nuser = 'bob'\n# end\n"
    );
    std::fs::create_dir_all(newcomer.home.path("home/.config/popfetch")).unwrap();
    newcomer.home.write(CONFIG, &old);
    let url = format!("pop3s://bob@{}", newcomer.server());
    newcomer
        .init(&[&url, "--ca-file", "ca.pem"])
        .shows("is configured already, as the account 'example'")
        .ends(78);
    // The name of an account that there is leads to the question again, and the rest stays.
    let to = newcomer.home.to();
    let server = newcomer.server();
    let args = ["alice@example.test", "--host", &server, "--user", "alice", "--ca-file", "ca.pem"];
    newcomer
        .init(&[&args[..], &["--to", &to, "--keep", "--store", "config"]].concat())
        .answers("Password for alice at localhost: ", PASSWORD)
        .answers("Name of the account [alice]: ", "example")
        .shows("there is an account named 'example' already")
        .answers("Name of the account [alice]: ", "")
        .shows("password = \"...\"")
        .answers("config.toml? [Y/n]: ", "")
        .answers("Fetch now? [Y/n]: ", "n")
        .ends(0);
    assert!(newcomer.config().starts_with(&old), "{}", newcomer.config());
    newcomer.is_private(CONFIG);
    newcomer.home.run(&["fetch", "alice"]).succeeds();
}
