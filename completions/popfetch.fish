# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_popfetch_global_optspecs
    string join \n c/config= state-dir= q/quiet v/verbose json color= h/help V/version
end

function __fish_popfetch_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_popfetch_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_popfetch_using_subcommand
    set -l cmd (__fish_popfetch_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c popfetch -n "__fish_popfetch_needs_command" -s c -l config -d 'The configuration file [default: ~/.config/popfetch/config.toml]' -r -F
complete -c popfetch -n "__fish_popfetch_needs_command" -l state-dir -d 'Where popfetch keeps what it has seen [default: ~/.local/state/popfetch]' -r -f -a "(__fish_complete_directories)"
complete -c popfetch -n "__fish_popfetch_needs_command" -l color -d 'Colours on a terminal: auto, always, never (auto heeds NO_COLOR)' -r -f -a "auto\t''
always\t''
never\t''"
complete -c popfetch -n "__fish_popfetch_needs_command" -s q -l quiet -d 'Say nothing but errors'
complete -c popfetch -n "__fish_popfetch_needs_command" -s v -l verbose -d 'Say more: a line a message; twice: the dialogue with the server, without secrets'
complete -c popfetch -n "__fish_popfetch_needs_command" -l json -d 'Write JSON, one object a line'
complete -c popfetch -n "__fish_popfetch_needs_command" -s h -l help -d 'Print help'
complete -c popfetch -n "__fish_popfetch_needs_command" -s V -l version -d 'Print version'
complete -c popfetch -n "__fish_popfetch_needs_command" -f -a "list" -d 'List the messages on the server'
complete -c popfetch -n "__fish_popfetch_needs_command" -f -a "fetch" -d 'Fetch messages; by default those that are new'
complete -c popfetch -n "__fish_popfetch_needs_command" -f -a "delete" -d 'Delete messages on the server'
complete -c popfetch -n "__fish_popfetch_needs_command" -f -a "init" -d 'Set an account up: finds the server, tries the login, writes the configuration'
complete -c popfetch -n "__fish_popfetch_needs_command" -f -a "import" -d 'Take over accounts, and what they have seen, from another program'
complete -c popfetch -n "__fish_popfetch_needs_command" -f -a "check" -d 'Go the way of a fetch step by step, and explain what is found: connection, TLS, login, mailbox'
complete -c popfetch -n "__fish_popfetch_needs_command" -f -a "status" -d 'Say how the accounts are, from what is known here: no network'
complete -c popfetch -n "__fish_popfetch_needs_command" -f -a "login" -d 'Get consent to read an account\'s mail by OAuth2, or ask for its password, and keep it'
complete -c popfetch -n "__fish_popfetch_needs_command" -f -a "logout" -d 'Give the consent to read an account\'s mail back, or forget its password'
complete -c popfetch -n "__fish_popfetch_needs_command" -f -a "config" -d 'Show the configuration, or check it'
complete -c popfetch -n "__fish_popfetch_needs_command" -f -a "state" -d 'Show what has been seen, and change it'
complete -c popfetch -n "__fish_popfetch_needs_command" -f -a "completions" -d 'Print the completions for a shell'
complete -c popfetch -n "__fish_popfetch_using_subcommand list" -s n -l number -d 'By number, as list shows them: 3,5-9' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand list" -l uid -d 'By unique-id (repeatable)' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand list" -l last -d 'The newest N of the mailbox' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand list" -l first -d 'The oldest N of the mailbox' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand list" -l larger -d 'Larger than SIZE (500k, 20M)' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand list" -l smaller -d 'Smaller than SIZE' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand list" -l older -d 'Dated longer ago than AGE (14d, 12h)' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand list" -l newer -d 'Dated within the last AGE' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand list" -l since -d 'Dated on or after DATE (2026-11-02)' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand list" -l before -d 'Dated before DATE' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand list" -l from -d 'Whose sender\'s name or address contains TEXT' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand list" -l subject -d 'Whose subject contains TEXT' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand list" -l header -d 'With a header field NAME that contains TEXT' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand list" -l user -d 'The user\'s name' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand list" -l tls -d 'TLS from the first octet (port 995), by STLS (port 110), or none at all' -r -f -a "implicit\t''
starttls\t''
none\t''"
complete -c popfetch -n "__fish_popfetch_using_subcommand list" -l ca-file -d 'Trust the certificates in this PEM file instead of the system\'s (with any number of SOURCEs)' -r -F
complete -c popfetch -n "__fish_popfetch_using_subcommand list" -l tls-fingerprint -d 'Trust the server whose certificate or key has this fingerprint (repeatable)' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand list" -l tls-host -d 'The name that the server\'s certificate must be for [default: the host]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand list" -l tls-min-version -d 'The oldest version of TLS to speak: 1.2 or 1.3 [default: 1.2]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand list" -l client-cert -d 'Show this certificate (PEM or PKCS#12) to a server that asks' -r -F
complete -c popfetch -n "__fish_popfetch_using_subcommand list" -l client-key -d 'The private key of the client certificate, where it is in a file of its own' -r -F
complete -c popfetch -n "__fish_popfetch_using_subcommand list" -l auth -d 'How to log in: USER, APOP, PLAIN, LOGIN, SCRAM-SHA-256, SCRAM-SHA-1, CRAM-MD5, OAUTHBEARER, XOAUTH2 or EXTERNAL [default: what the server offers, but not APOP and CRAM-MD5]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand list" -l password-command -d 'Read the password from what a command prints' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand list" -l password-file -d 'Read the password from a file that only you can read' -r -F
complete -c popfetch -n "__fish_popfetch_using_subcommand list" -l password-fd -d 'Read the password from an open file descriptor' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand list" -l token-command -d 'Log in with the OAuth2 access token that a command prints' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand list" -l proxy -d 'Connect through a proxy: socks5://host:port, or http://host:port for HTTP CONNECT' -r -f
complete -c popfetch -n "__fish_popfetch_using_subcommand list" -l source-address -d 'The address of this machine to connect from' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand list" -l connect-timeout -d 'How long to wait for a connection [default: the timeout, but at most 30]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand list" -l timeout -d 'How long to wait for the server, between two octets too [default: 60]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand list" -l session-timeout -d 'How long the session may take in all [default: as long as it takes]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand list" -l retries -d 'How often to try again after what may pass [default: 3 while the mailbox is in use, else 0]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand list" -l pipeline -d 'How many commands to send ahead of their replies: auto, off, or at most N [default: auto]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand list" -s c -l config -d 'The configuration file [default: ~/.config/popfetch/config.toml]' -r -F
complete -c popfetch -n "__fish_popfetch_using_subcommand list" -l state-dir -d 'Where popfetch keeps what it has seen [default: ~/.local/state/popfetch]' -r -f -a "(__fish_complete_directories)"
complete -c popfetch -n "__fish_popfetch_using_subcommand list" -l color -d 'Colours on a terminal: auto, always, never (auto heeds NO_COLOR)' -r -f -a "auto\t''
always\t''
never\t''"
complete -c popfetch -n "__fish_popfetch_using_subcommand list" -l short -d 'Without sender, subject and date: does not read the headers'
complete -c popfetch -n "__fish_popfetch_using_subcommand list" -l count -d 'Only say how many'
complete -c popfetch -n "__fish_popfetch_using_subcommand list" -l exit-code -d 'Exit with 1 when nothing was listed'
complete -c popfetch -n "__fish_popfetch_using_subcommand list" -l new -d 'What was not seen before'
complete -c popfetch -n "__fish_popfetch_using_subcommand list" -l seen -d 'What was seen before'
complete -c popfetch -n "__fish_popfetch_using_subcommand list" -l all -d 'Everything'
complete -c popfetch -n "__fish_popfetch_using_subcommand list" -l utf8 -d 'Ask the server for messages with UTF-8 in their headers as they are, if it can do that'
complete -c popfetch -n "__fish_popfetch_using_subcommand list" -s 4 -l ipv4 -d 'Connect to IPv4 addresses only'
complete -c popfetch -n "__fish_popfetch_using_subcommand list" -s 6 -l ipv6 -d 'Connect to IPv6 addresses only'
complete -c popfetch -n "__fish_popfetch_using_subcommand list" -l allow-cleartext-password -d 'Send the password even where everybody on the way can read it'
complete -c popfetch -n "__fish_popfetch_using_subcommand list" -s q -l quiet -d 'Say nothing but errors'
complete -c popfetch -n "__fish_popfetch_using_subcommand list" -s v -l verbose -d 'Say more: a line a message; twice: the dialogue with the server, without secrets'
complete -c popfetch -n "__fish_popfetch_using_subcommand list" -l json -d 'Write JSON, one object a line'
complete -c popfetch -n "__fish_popfetch_using_subcommand list" -s h -l help -d 'Print help'
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -l to -d 'Where the mail goes: maildir:PATH, mbox:PATH, pipe:COMMAND, or - for standard output (repeatable); {account} in a path is the account\'s name' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -l delete-after -d 'Delete on the server what was delivered longer ago than AGE (14d)' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -l keep-newest -d 'With --delete or --delete-after: never the newest N of the mailbox' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -l first-fetch -d 'What the first fetch of an account brings: all, seen (nothing; all counts as seen), last:N' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -l order -d 'Which come first: the oldest or the newest' -r -f -a "oldest\t''
newest\t''"
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -l max-size -d 'Skip messages larger than SIZE, and say so' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -l max-messages -d 'Fetch at most N messages in this run' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -l max-octets -d 'Fetch at most SIZE in this run, but always one message' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -l jobs -d 'How many accounts to fetch from at once [default: 16]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -l delivery-timeout -d 'To a command: how many seconds it may take for a message [default: 300]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -s n -l number -d 'By number, as list shows them: 3,5-9' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -l uid -d 'By unique-id (repeatable)' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -l last -d 'The newest N of the mailbox' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -l first -d 'The oldest N of the mailbox' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -l larger -d 'Larger than SIZE (500k, 20M)' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -l smaller -d 'Smaller than SIZE' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -l older -d 'Dated longer ago than AGE (14d, 12h)' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -l newer -d 'Dated within the last AGE' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -l since -d 'Dated on or after DATE (2026-11-02)' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -l before -d 'Dated before DATE' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -l from -d 'Whose sender\'s name or address contains TEXT' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -l subject -d 'Whose subject contains TEXT' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -l header -d 'With a header field NAME that contains TEXT' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -l user -d 'The user\'s name' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -l tls -d 'TLS from the first octet (port 995), by STLS (port 110), or none at all' -r -f -a "implicit\t''
starttls\t''
none\t''"
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -l ca-file -d 'Trust the certificates in this PEM file instead of the system\'s (with any number of SOURCEs)' -r -F
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -l tls-fingerprint -d 'Trust the server whose certificate or key has this fingerprint (repeatable)' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -l tls-host -d 'The name that the server\'s certificate must be for [default: the host]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -l tls-min-version -d 'The oldest version of TLS to speak: 1.2 or 1.3 [default: 1.2]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -l client-cert -d 'Show this certificate (PEM or PKCS#12) to a server that asks' -r -F
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -l client-key -d 'The private key of the client certificate, where it is in a file of its own' -r -F
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -l auth -d 'How to log in: USER, APOP, PLAIN, LOGIN, SCRAM-SHA-256, SCRAM-SHA-1, CRAM-MD5, OAUTHBEARER, XOAUTH2 or EXTERNAL [default: what the server offers, but not APOP and CRAM-MD5]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -l password-command -d 'Read the password from what a command prints' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -l password-file -d 'Read the password from a file that only you can read' -r -F
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -l password-fd -d 'Read the password from an open file descriptor' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -l token-command -d 'Log in with the OAuth2 access token that a command prints' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -l proxy -d 'Connect through a proxy: socks5://host:port, or http://host:port for HTTP CONNECT' -r -f
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -l source-address -d 'The address of this machine to connect from' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -l connect-timeout -d 'How long to wait for a connection [default: the timeout, but at most 30]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -l timeout -d 'How long to wait for the server, between two octets too [default: 60]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -l session-timeout -d 'How long the session may take in all [default: as long as it takes]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -l retries -d 'How often to try again after what may pass [default: 3 while the mailbox is in use, else 0]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -l pipeline -d 'How many commands to send ahead of their replies: auto, off, or at most N [default: auto]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -s c -l config -d 'The configuration file [default: ~/.config/popfetch/config.toml]' -r -F
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -l state-dir -d 'Where popfetch keeps what it has seen [default: ~/.local/state/popfetch]' -r -f -a "(__fish_complete_directories)"
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -l color -d 'Colours on a terminal: auto, always, never (auto heeds NO_COLOR)' -r -f -a "auto\t''
always\t''
never\t''"
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -l keep -d 'Leave the mail on the server and fetch only what is new [default]'
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -l delete -d 'Delete on the server what is safe here'
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -l headers-only -d 'Fetch only the header blocks; what is fetched so is never deleted'
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -l exit-code -d 'Exit with 1 when nothing new came'
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -l raw -d 'To standard output: the messages\' own bytes with nothing between them, not an mbox'
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -l from-line -d 'To a command: begin with a From_ line, as in an mbox'
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -l crlf -d 'To standard output: keep CRLF line ends'
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -l retry -d 'Also try a password that the server has refused before'
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -l retry-refused -d 'Offer what a destination has refused once more'
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -l dry-run -d 'Say what would be done, and do nothing'
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -l new -d 'What was not seen before'
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -l seen -d 'What was seen before'
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -l all -d 'Everything'
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -l utf8 -d 'Ask the server for messages with UTF-8 in their headers as they are, if it can do that'
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -s 4 -l ipv4 -d 'Connect to IPv4 addresses only'
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -s 6 -l ipv6 -d 'Connect to IPv6 addresses only'
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -l allow-cleartext-password -d 'Send the password even where everybody on the way can read it'
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -s q -l quiet -d 'Say nothing but errors'
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -s v -l verbose -d 'Say more: a line a message; twice: the dialogue with the server, without secrets'
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -l json -d 'Write JSON, one object a line'
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -s h -l help -d 'Print help'
complete -c popfetch -n "__fish_popfetch_using_subcommand delete" -s n -l number -d 'By number, as list shows them: 3,5-9' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand delete" -l uid -d 'By unique-id (repeatable)' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand delete" -l last -d 'The newest N of the mailbox' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand delete" -l first -d 'The oldest N of the mailbox' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand delete" -l larger -d 'Larger than SIZE (500k, 20M)' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand delete" -l smaller -d 'Smaller than SIZE' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand delete" -l older -d 'Dated longer ago than AGE (14d, 12h)' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand delete" -l newer -d 'Dated within the last AGE' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand delete" -l since -d 'Dated on or after DATE (2026-11-02)' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand delete" -l before -d 'Dated before DATE' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand delete" -l from -d 'Whose sender\'s name or address contains TEXT' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand delete" -l subject -d 'Whose subject contains TEXT' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand delete" -l header -d 'With a header field NAME that contains TEXT' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand delete" -l user -d 'The user\'s name' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand delete" -l tls -d 'TLS from the first octet (port 995), by STLS (port 110), or none at all' -r -f -a "implicit\t''
starttls\t''
none\t''"
complete -c popfetch -n "__fish_popfetch_using_subcommand delete" -l ca-file -d 'Trust the certificates in this PEM file instead of the system\'s (with any number of SOURCEs)' -r -F
complete -c popfetch -n "__fish_popfetch_using_subcommand delete" -l tls-fingerprint -d 'Trust the server whose certificate or key has this fingerprint (repeatable)' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand delete" -l tls-host -d 'The name that the server\'s certificate must be for [default: the host]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand delete" -l tls-min-version -d 'The oldest version of TLS to speak: 1.2 or 1.3 [default: 1.2]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand delete" -l client-cert -d 'Show this certificate (PEM or PKCS#12) to a server that asks' -r -F
complete -c popfetch -n "__fish_popfetch_using_subcommand delete" -l client-key -d 'The private key of the client certificate, where it is in a file of its own' -r -F
complete -c popfetch -n "__fish_popfetch_using_subcommand delete" -l auth -d 'How to log in: USER, APOP, PLAIN, LOGIN, SCRAM-SHA-256, SCRAM-SHA-1, CRAM-MD5, OAUTHBEARER, XOAUTH2 or EXTERNAL [default: what the server offers, but not APOP and CRAM-MD5]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand delete" -l password-command -d 'Read the password from what a command prints' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand delete" -l password-file -d 'Read the password from a file that only you can read' -r -F
complete -c popfetch -n "__fish_popfetch_using_subcommand delete" -l password-fd -d 'Read the password from an open file descriptor' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand delete" -l token-command -d 'Log in with the OAuth2 access token that a command prints' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand delete" -l proxy -d 'Connect through a proxy: socks5://host:port, or http://host:port for HTTP CONNECT' -r -f
complete -c popfetch -n "__fish_popfetch_using_subcommand delete" -l source-address -d 'The address of this machine to connect from' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand delete" -l connect-timeout -d 'How long to wait for a connection [default: the timeout, but at most 30]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand delete" -l timeout -d 'How long to wait for the server, between two octets too [default: 60]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand delete" -l session-timeout -d 'How long the session may take in all [default: as long as it takes]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand delete" -l retries -d 'How often to try again after what may pass [default: 3 while the mailbox is in use, else 0]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand delete" -l pipeline -d 'How many commands to send ahead of their replies: auto, off, or at most N [default: auto]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand delete" -s c -l config -d 'The configuration file [default: ~/.config/popfetch/config.toml]' -r -F
complete -c popfetch -n "__fish_popfetch_using_subcommand delete" -l state-dir -d 'Where popfetch keeps what it has seen [default: ~/.local/state/popfetch]' -r -f -a "(__fish_complete_directories)"
complete -c popfetch -n "__fish_popfetch_using_subcommand delete" -l color -d 'Colours on a terminal: auto, always, never (auto heeds NO_COLOR)' -r -f -a "auto\t''
always\t''
never\t''"
complete -c popfetch -n "__fish_popfetch_using_subcommand delete" -s y -l yes -d 'Do not ask'
complete -c popfetch -n "__fish_popfetch_using_subcommand delete" -l unfetched -d 'Also delete what was never delivered here'
complete -c popfetch -n "__fish_popfetch_using_subcommand delete" -l dry-run -d 'Say what would be deleted, and delete nothing'
complete -c popfetch -n "__fish_popfetch_using_subcommand delete" -l new -d 'What was not seen before'
complete -c popfetch -n "__fish_popfetch_using_subcommand delete" -l seen -d 'What was seen before'
complete -c popfetch -n "__fish_popfetch_using_subcommand delete" -l all -d 'Everything'
complete -c popfetch -n "__fish_popfetch_using_subcommand delete" -l utf8 -d 'Ask the server for messages with UTF-8 in their headers as they are, if it can do that'
complete -c popfetch -n "__fish_popfetch_using_subcommand delete" -s 4 -l ipv4 -d 'Connect to IPv4 addresses only'
complete -c popfetch -n "__fish_popfetch_using_subcommand delete" -s 6 -l ipv6 -d 'Connect to IPv6 addresses only'
complete -c popfetch -n "__fish_popfetch_using_subcommand delete" -l allow-cleartext-password -d 'Send the password even where everybody on the way can read it'
complete -c popfetch -n "__fish_popfetch_using_subcommand delete" -s q -l quiet -d 'Say nothing but errors'
complete -c popfetch -n "__fish_popfetch_using_subcommand delete" -s v -l verbose -d 'Say more: a line a message; twice: the dialogue with the server, without secrets'
complete -c popfetch -n "__fish_popfetch_using_subcommand delete" -l json -d 'Write JSON, one object a line'
complete -c popfetch -n "__fish_popfetch_using_subcommand delete" -s h -l help -d 'Print help'
complete -c popfetch -n "__fish_popfetch_using_subcommand init" -l name -d 'What the account is to be called [default: from the address]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand init" -l host -d 'The server, perhaps with a port: HOST or HOST:PORT [default: looked for]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand init" -l to -d 'Where the mail is to go: maildir:PATH or mbox:PATH (repeatable); {account} in it is the account\'s name [default: maildir:~/Mail/{account}]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand init" -l delete-after -d 'Delete on the server what was delivered longer ago than AGE (14d)' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand init" -l first-fetch -d 'What the first fetch brings: all, seen (nothing; all counts as seen), last:N' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand init" -l oauth-client-id -d 'Log in with OAuth2, as the app that the provider knows by this client id' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand init" -l store -d 'Where the password is to be kept, if it is asked for or comes from the environment' -r -f -a "keyring\t''
file\t''
config\t''
none\t''"
complete -c popfetch -n "__fish_popfetch_using_subcommand init" -l dns -d 'Ask this name server: an IP address, perhaps with a port' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand init" -l user -d 'The user\'s name' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand init" -l tls -d 'TLS from the first octet (port 995), by STLS (port 110), or none at all' -r -f -a "implicit\t''
starttls\t''
none\t''"
complete -c popfetch -n "__fish_popfetch_using_subcommand init" -l ca-file -d 'Trust the certificates in this PEM file instead of the system\'s (with any number of SOURCEs)' -r -F
complete -c popfetch -n "__fish_popfetch_using_subcommand init" -l tls-fingerprint -d 'Trust the server whose certificate or key has this fingerprint (repeatable)' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand init" -l tls-host -d 'The name that the server\'s certificate must be for [default: the host]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand init" -l tls-min-version -d 'The oldest version of TLS to speak: 1.2 or 1.3 [default: 1.2]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand init" -l client-cert -d 'Show this certificate (PEM or PKCS#12) to a server that asks' -r -F
complete -c popfetch -n "__fish_popfetch_using_subcommand init" -l client-key -d 'The private key of the client certificate, where it is in a file of its own' -r -F
complete -c popfetch -n "__fish_popfetch_using_subcommand init" -l auth -d 'How to log in: USER, APOP, PLAIN, LOGIN, SCRAM-SHA-256, SCRAM-SHA-1, CRAM-MD5, OAUTHBEARER, XOAUTH2 or EXTERNAL [default: what the server offers, but not APOP and CRAM-MD5]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand init" -l password-command -d 'Read the password from what a command prints' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand init" -l password-file -d 'Read the password from a file that only you can read' -r -F
complete -c popfetch -n "__fish_popfetch_using_subcommand init" -l password-fd -d 'Read the password from an open file descriptor' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand init" -l token-command -d 'Log in with the OAuth2 access token that a command prints' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand init" -l proxy -d 'Connect through a proxy: socks5://host:port, or http://host:port for HTTP CONNECT' -r -f
complete -c popfetch -n "__fish_popfetch_using_subcommand init" -l source-address -d 'The address of this machine to connect from' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand init" -l connect-timeout -d 'How long to wait for a connection [default: the timeout, but at most 30]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand init" -l timeout -d 'How long to wait for the server, between two octets too [default: 60]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand init" -l session-timeout -d 'How long the session may take in all [default: as long as it takes]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand init" -l retries -d 'How often to try again after what may pass [default: 3 while the mailbox is in use, else 0]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand init" -l pipeline -d 'How many commands to send ahead of their replies: auto, off, or at most N [default: auto]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand init" -s c -l config -d 'The configuration file [default: ~/.config/popfetch/config.toml]' -r -F
complete -c popfetch -n "__fish_popfetch_using_subcommand init" -l state-dir -d 'Where popfetch keeps what it has seen [default: ~/.local/state/popfetch]' -r -f -a "(__fish_complete_directories)"
complete -c popfetch -n "__fish_popfetch_using_subcommand init" -l color -d 'Colours on a terminal: auto, always, never (auto heeds NO_COLOR)' -r -f -a "auto\t''
always\t''
never\t''"
complete -c popfetch -n "__fish_popfetch_using_subcommand init" -l accept-host -d 'Take a server that was found without asking'
complete -c popfetch -n "__fish_popfetch_using_subcommand init" -l keep -d 'Leave the mail on the server and fetch only what is new [default]'
complete -c popfetch -n "__fish_popfetch_using_subcommand init" -l delete -d 'Delete on the server what is safe here'
complete -c popfetch -n "__fish_popfetch_using_subcommand init" -s y -l yes -d 'Ask only for what has no default'
complete -c popfetch -n "__fish_popfetch_using_subcommand init" -l dry-run -d 'Find the server and print what would be written, but do not log in and write nothing'
complete -c popfetch -n "__fish_popfetch_using_subcommand init" -l utf8 -d 'Ask the server for messages with UTF-8 in their headers as they are, if it can do that'
complete -c popfetch -n "__fish_popfetch_using_subcommand init" -s 4 -l ipv4 -d 'Connect to IPv4 addresses only'
complete -c popfetch -n "__fish_popfetch_using_subcommand init" -s 6 -l ipv6 -d 'Connect to IPv6 addresses only'
complete -c popfetch -n "__fish_popfetch_using_subcommand init" -l allow-cleartext-password -d 'Send the password even where everybody on the way can read it'
complete -c popfetch -n "__fish_popfetch_using_subcommand init" -s q -l quiet -d 'Say nothing but errors'
complete -c popfetch -n "__fish_popfetch_using_subcommand init" -s v -l verbose -d 'Say more: a line a message; twice: the dialogue with the server, without secrets'
complete -c popfetch -n "__fish_popfetch_using_subcommand init" -l json -d 'Write JSON, one object a line'
complete -c popfetch -n "__fish_popfetch_using_subcommand init" -s h -l help -d 'Print help'
complete -c popfetch -n "__fish_popfetch_using_subcommand import" -l uids -d 'The file in which it keeps what it has seen [default: what its configuration says]' -r -F
complete -c popfetch -n "__fish_popfetch_using_subcommand import" -s c -l config -d 'The configuration file [default: ~/.config/popfetch/config.toml]' -r -F
complete -c popfetch -n "__fish_popfetch_using_subcommand import" -l state-dir -d 'Where popfetch keeps what it has seen [default: ~/.local/state/popfetch]' -r -f -a "(__fish_complete_directories)"
complete -c popfetch -n "__fish_popfetch_using_subcommand import" -l color -d 'Colours on a terminal: auto, always, never (auto heeds NO_COLOR)' -r -f -a "auto\t''
always\t''
never\t''"
complete -c popfetch -n "__fish_popfetch_using_subcommand import" -l dry-run -d 'Say what would be taken over, and write nothing'
complete -c popfetch -n "__fish_popfetch_using_subcommand import" -s q -l quiet -d 'Say nothing but errors'
complete -c popfetch -n "__fish_popfetch_using_subcommand import" -s v -l verbose -d 'Say more: a line a message; twice: the dialogue with the server, without secrets'
complete -c popfetch -n "__fish_popfetch_using_subcommand import" -l json -d 'Write JSON, one object a line'
complete -c popfetch -n "__fish_popfetch_using_subcommand import" -s h -l help -d 'Print help'
complete -c popfetch -n "__fish_popfetch_using_subcommand check" -l user -d 'The user\'s name' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand check" -l tls -d 'TLS from the first octet (port 995), by STLS (port 110), or none at all' -r -f -a "implicit\t''
starttls\t''
none\t''"
complete -c popfetch -n "__fish_popfetch_using_subcommand check" -l ca-file -d 'Trust the certificates in this PEM file instead of the system\'s (with any number of SOURCEs)' -r -F
complete -c popfetch -n "__fish_popfetch_using_subcommand check" -l tls-fingerprint -d 'Trust the server whose certificate or key has this fingerprint (repeatable)' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand check" -l tls-host -d 'The name that the server\'s certificate must be for [default: the host]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand check" -l tls-min-version -d 'The oldest version of TLS to speak: 1.2 or 1.3 [default: 1.2]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand check" -l client-cert -d 'Show this certificate (PEM or PKCS#12) to a server that asks' -r -F
complete -c popfetch -n "__fish_popfetch_using_subcommand check" -l client-key -d 'The private key of the client certificate, where it is in a file of its own' -r -F
complete -c popfetch -n "__fish_popfetch_using_subcommand check" -l auth -d 'How to log in: USER, APOP, PLAIN, LOGIN, SCRAM-SHA-256, SCRAM-SHA-1, CRAM-MD5, OAUTHBEARER, XOAUTH2 or EXTERNAL [default: what the server offers, but not APOP and CRAM-MD5]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand check" -l password-command -d 'Read the password from what a command prints' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand check" -l password-file -d 'Read the password from a file that only you can read' -r -F
complete -c popfetch -n "__fish_popfetch_using_subcommand check" -l password-fd -d 'Read the password from an open file descriptor' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand check" -l token-command -d 'Log in with the OAuth2 access token that a command prints' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand check" -l proxy -d 'Connect through a proxy: socks5://host:port, or http://host:port for HTTP CONNECT' -r -f
complete -c popfetch -n "__fish_popfetch_using_subcommand check" -l source-address -d 'The address of this machine to connect from' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand check" -l connect-timeout -d 'How long to wait for a connection [default: the timeout, but at most 30]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand check" -l timeout -d 'How long to wait for the server, between two octets too [default: 60]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand check" -l session-timeout -d 'How long the session may take in all [default: as long as it takes]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand check" -l retries -d 'How often to try again after what may pass [default: 3 while the mailbox is in use, else 0]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand check" -l pipeline -d 'How many commands to send ahead of their replies: auto, off, or at most N [default: auto]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand check" -s c -l config -d 'The configuration file [default: ~/.config/popfetch/config.toml]' -r -F
complete -c popfetch -n "__fish_popfetch_using_subcommand check" -l state-dir -d 'Where popfetch keeps what it has seen [default: ~/.local/state/popfetch]' -r -f -a "(__fish_complete_directories)"
complete -c popfetch -n "__fish_popfetch_using_subcommand check" -l color -d 'Colours on a terminal: auto, always, never (auto heeds NO_COLOR)' -r -f -a "auto\t''
always\t''
never\t''"
complete -c popfetch -n "__fish_popfetch_using_subcommand check" -l utf8 -d 'Ask the server for messages with UTF-8 in their headers as they are, if it can do that'
complete -c popfetch -n "__fish_popfetch_using_subcommand check" -s 4 -l ipv4 -d 'Connect to IPv4 addresses only'
complete -c popfetch -n "__fish_popfetch_using_subcommand check" -s 6 -l ipv6 -d 'Connect to IPv6 addresses only'
complete -c popfetch -n "__fish_popfetch_using_subcommand check" -l allow-cleartext-password -d 'Send the password even where everybody on the way can read it'
complete -c popfetch -n "__fish_popfetch_using_subcommand check" -s q -l quiet -d 'Say nothing but errors'
complete -c popfetch -n "__fish_popfetch_using_subcommand check" -s v -l verbose -d 'Say more: a line a message; twice: the dialogue with the server, without secrets'
complete -c popfetch -n "__fish_popfetch_using_subcommand check" -l json -d 'Write JSON, one object a line'
complete -c popfetch -n "__fish_popfetch_using_subcommand check" -s h -l help -d 'Print help'
complete -c popfetch -n "__fish_popfetch_using_subcommand status" -l max-age -d 'Exit with 75 when the last run of an account that went well is older than AGE' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand status" -s c -l config -d 'The configuration file [default: ~/.config/popfetch/config.toml]' -r -F
complete -c popfetch -n "__fish_popfetch_using_subcommand status" -l state-dir -d 'Where popfetch keeps what it has seen [default: ~/.local/state/popfetch]' -r -f -a "(__fish_complete_directories)"
complete -c popfetch -n "__fish_popfetch_using_subcommand status" -l color -d 'Colours on a terminal: auto, always, never (auto heeds NO_COLOR)' -r -f -a "auto\t''
always\t''
never\t''"
complete -c popfetch -n "__fish_popfetch_using_subcommand status" -s q -l quiet -d 'Say nothing but errors'
complete -c popfetch -n "__fish_popfetch_using_subcommand status" -s v -l verbose -d 'Say more: a line a message; twice: the dialogue with the server, without secrets'
complete -c popfetch -n "__fish_popfetch_using_subcommand status" -l json -d 'Write JSON, one object a line'
complete -c popfetch -n "__fish_popfetch_using_subcommand status" -s h -l help -d 'Print help'
complete -c popfetch -n "__fish_popfetch_using_subcommand login" -s c -l config -d 'The configuration file [default: ~/.config/popfetch/config.toml]' -r -F
complete -c popfetch -n "__fish_popfetch_using_subcommand login" -l state-dir -d 'Where popfetch keeps what it has seen [default: ~/.local/state/popfetch]' -r -f -a "(__fish_complete_directories)"
complete -c popfetch -n "__fish_popfetch_using_subcommand login" -l color -d 'Colours on a terminal: auto, always, never (auto heeds NO_COLOR)' -r -f -a "auto\t''
always\t''
never\t''"
complete -c popfetch -n "__fish_popfetch_using_subcommand login" -l no-browser -d 'Do not open a browser, only print the address for it'
complete -c popfetch -n "__fish_popfetch_using_subcommand login" -l paste -d 'Read the address that the browser ends on, or the code, from the terminal'
complete -c popfetch -n "__fish_popfetch_using_subcommand login" -s q -l quiet -d 'Say nothing but errors'
complete -c popfetch -n "__fish_popfetch_using_subcommand login" -s v -l verbose -d 'Say more: a line a message; twice: the dialogue with the server, without secrets'
complete -c popfetch -n "__fish_popfetch_using_subcommand login" -l json -d 'Write JSON, one object a line'
complete -c popfetch -n "__fish_popfetch_using_subcommand login" -s h -l help -d 'Print help'
complete -c popfetch -n "__fish_popfetch_using_subcommand logout" -s c -l config -d 'The configuration file [default: ~/.config/popfetch/config.toml]' -r -F
complete -c popfetch -n "__fish_popfetch_using_subcommand logout" -l state-dir -d 'Where popfetch keeps what it has seen [default: ~/.local/state/popfetch]' -r -f -a "(__fish_complete_directories)"
complete -c popfetch -n "__fish_popfetch_using_subcommand logout" -l color -d 'Colours on a terminal: auto, always, never (auto heeds NO_COLOR)' -r -f -a "auto\t''
always\t''
never\t''"
complete -c popfetch -n "__fish_popfetch_using_subcommand logout" -s q -l quiet -d 'Say nothing but errors'
complete -c popfetch -n "__fish_popfetch_using_subcommand logout" -s v -l verbose -d 'Say more: a line a message; twice: the dialogue with the server, without secrets'
complete -c popfetch -n "__fish_popfetch_using_subcommand logout" -l json -d 'Write JSON, one object a line'
complete -c popfetch -n "__fish_popfetch_using_subcommand logout" -s h -l help -d 'Print help'
complete -c popfetch -n "__fish_popfetch_using_subcommand config; and not __fish_seen_subcommand_from show path check" -s c -l config -d 'The configuration file [default: ~/.config/popfetch/config.toml]' -r -F
complete -c popfetch -n "__fish_popfetch_using_subcommand config; and not __fish_seen_subcommand_from show path check" -l state-dir -d 'Where popfetch keeps what it has seen [default: ~/.local/state/popfetch]' -r -f -a "(__fish_complete_directories)"
complete -c popfetch -n "__fish_popfetch_using_subcommand config; and not __fish_seen_subcommand_from show path check" -l color -d 'Colours on a terminal: auto, always, never (auto heeds NO_COLOR)' -r -f -a "auto\t''
always\t''
never\t''"
complete -c popfetch -n "__fish_popfetch_using_subcommand config; and not __fish_seen_subcommand_from show path check" -s q -l quiet -d 'Say nothing but errors'
complete -c popfetch -n "__fish_popfetch_using_subcommand config; and not __fish_seen_subcommand_from show path check" -s v -l verbose -d 'Say more: a line a message; twice: the dialogue with the server, without secrets'
complete -c popfetch -n "__fish_popfetch_using_subcommand config; and not __fish_seen_subcommand_from show path check" -l json -d 'Write JSON, one object a line'
complete -c popfetch -n "__fish_popfetch_using_subcommand config; and not __fish_seen_subcommand_from show path check" -s h -l help -d 'Print help'
complete -c popfetch -n "__fish_popfetch_using_subcommand config; and not __fish_seen_subcommand_from show path check" -f -a "show" -d 'Print every account\'s settings and where each comes from, but no password; with -v also what each key does'
complete -c popfetch -n "__fish_popfetch_using_subcommand config; and not __fish_seen_subcommand_from show path check" -f -a "path" -d 'Print the path of the configuration file, whether it exists or not'
complete -c popfetch -n "__fish_popfetch_using_subcommand config; and not __fish_seen_subcommand_from show path check" -f -a "check" -d 'Say what is wrong with the configuration and the files that it names'
complete -c popfetch -n "__fish_popfetch_using_subcommand config; and __fish_seen_subcommand_from show" -s c -l config -d 'The configuration file [default: ~/.config/popfetch/config.toml]' -r -F
complete -c popfetch -n "__fish_popfetch_using_subcommand config; and __fish_seen_subcommand_from show" -l state-dir -d 'Where popfetch keeps what it has seen [default: ~/.local/state/popfetch]' -r -f -a "(__fish_complete_directories)"
complete -c popfetch -n "__fish_popfetch_using_subcommand config; and __fish_seen_subcommand_from show" -l color -d 'Colours on a terminal: auto, always, never (auto heeds NO_COLOR)' -r -f -a "auto\t''
always\t''
never\t''"
complete -c popfetch -n "__fish_popfetch_using_subcommand config; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Say nothing but errors'
complete -c popfetch -n "__fish_popfetch_using_subcommand config; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say more: a line a message; twice: the dialogue with the server, without secrets'
complete -c popfetch -n "__fish_popfetch_using_subcommand config; and __fish_seen_subcommand_from show" -l json -d 'Write JSON, one object a line'
complete -c popfetch -n "__fish_popfetch_using_subcommand config; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c popfetch -n "__fish_popfetch_using_subcommand config; and __fish_seen_subcommand_from path" -s c -l config -d 'The configuration file [default: ~/.config/popfetch/config.toml]' -r -F
complete -c popfetch -n "__fish_popfetch_using_subcommand config; and __fish_seen_subcommand_from path" -l state-dir -d 'Where popfetch keeps what it has seen [default: ~/.local/state/popfetch]' -r -f -a "(__fish_complete_directories)"
complete -c popfetch -n "__fish_popfetch_using_subcommand config; and __fish_seen_subcommand_from path" -l color -d 'Colours on a terminal: auto, always, never (auto heeds NO_COLOR)' -r -f -a "auto\t''
always\t''
never\t''"
complete -c popfetch -n "__fish_popfetch_using_subcommand config; and __fish_seen_subcommand_from path" -s q -l quiet -d 'Say nothing but errors'
complete -c popfetch -n "__fish_popfetch_using_subcommand config; and __fish_seen_subcommand_from path" -s v -l verbose -d 'Say more: a line a message; twice: the dialogue with the server, without secrets'
complete -c popfetch -n "__fish_popfetch_using_subcommand config; and __fish_seen_subcommand_from path" -l json -d 'Write JSON, one object a line'
complete -c popfetch -n "__fish_popfetch_using_subcommand config; and __fish_seen_subcommand_from path" -s h -l help -d 'Print help'
complete -c popfetch -n "__fish_popfetch_using_subcommand config; and __fish_seen_subcommand_from check" -s c -l config -d 'The configuration file [default: ~/.config/popfetch/config.toml]' -r -F
complete -c popfetch -n "__fish_popfetch_using_subcommand config; and __fish_seen_subcommand_from check" -l state-dir -d 'Where popfetch keeps what it has seen [default: ~/.local/state/popfetch]' -r -f -a "(__fish_complete_directories)"
complete -c popfetch -n "__fish_popfetch_using_subcommand config; and __fish_seen_subcommand_from check" -l color -d 'Colours on a terminal: auto, always, never (auto heeds NO_COLOR)' -r -f -a "auto\t''
always\t''
never\t''"
complete -c popfetch -n "__fish_popfetch_using_subcommand config; and __fish_seen_subcommand_from check" -s q -l quiet -d 'Say nothing but errors'
complete -c popfetch -n "__fish_popfetch_using_subcommand config; and __fish_seen_subcommand_from check" -s v -l verbose -d 'Say more: a line a message; twice: the dialogue with the server, without secrets'
complete -c popfetch -n "__fish_popfetch_using_subcommand config; and __fish_seen_subcommand_from check" -l json -d 'Write JSON, one object a line'
complete -c popfetch -n "__fish_popfetch_using_subcommand config; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help'
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and not __fish_seen_subcommand_from show forget mark-seen export import rebuild adopt" -s c -l config -d 'The configuration file [default: ~/.config/popfetch/config.toml]' -r -F
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and not __fish_seen_subcommand_from show forget mark-seen export import rebuild adopt" -l state-dir -d 'Where popfetch keeps what it has seen [default: ~/.local/state/popfetch]' -r -f -a "(__fish_complete_directories)"
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and not __fish_seen_subcommand_from show forget mark-seen export import rebuild adopt" -l color -d 'Colours on a terminal: auto, always, never (auto heeds NO_COLOR)' -r -f -a "auto\t''
always\t''
never\t''"
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and not __fish_seen_subcommand_from show forget mark-seen export import rebuild adopt" -s q -l quiet -d 'Say nothing but errors'
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and not __fish_seen_subcommand_from show forget mark-seen export import rebuild adopt" -s v -l verbose -d 'Say more: a line a message; twice: the dialogue with the server, without secrets'
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and not __fish_seen_subcommand_from show forget mark-seen export import rebuild adopt" -l json -d 'Write JSON, one object a line'
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and not __fish_seen_subcommand_from show forget mark-seen export import rebuild adopt" -s h -l help -d 'Print help'
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and not __fish_seen_subcommand_from show forget mark-seen export import rebuild adopt" -f -a "show" -d 'Say how many messages are known, since when, and which of them fail'
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and not __fish_seen_subcommand_from show forget mark-seen export import rebuild adopt" -f -a "forget" -d 'Forget messages: they are new again'
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and not __fish_seen_subcommand_from show forget mark-seen export import rebuild adopt" -f -a "mark-seen" -d 'Take messages on the server for seen, without fetching them'
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and not __fish_seen_subcommand_from show forget mark-seen export import rebuild adopt" -f -a "export" -d 'Write everything that is known as JSON, one object a message'
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and not __fish_seen_subcommand_from show forget mark-seen export import rebuild adopt" -f -a "import" -d 'Take in what export wrote'
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and not __fish_seen_subcommand_from show forget mark-seen export import rebuild adopt" -f -a "rebuild" -d 'After the state was lost: take for delivered what the names of the files in a Maildir show'
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and not __fish_seen_subcommand_from show forget mark-seen export import rebuild adopt" -f -a "adopt" -d 'After the server has given its messages new unique-ids: find the known ones again'
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from show" -s c -l config -d 'The configuration file [default: ~/.config/popfetch/config.toml]' -r -F
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from show" -l state-dir -d 'Where popfetch keeps what it has seen [default: ~/.local/state/popfetch]' -r -f -a "(__fish_complete_directories)"
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from show" -l color -d 'Colours on a terminal: auto, always, never (auto heeds NO_COLOR)' -r -f -a "auto\t''
always\t''
never\t''"
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Say nothing but errors'
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say more: a line a message; twice: the dialogue with the server, without secrets'
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from show" -l json -d 'Write JSON, one object a line'
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from forget" -l uid -d 'By unique-id (repeatable)' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from forget" -s c -l config -d 'The configuration file [default: ~/.config/popfetch/config.toml]' -r -F
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from forget" -l state-dir -d 'Where popfetch keeps what it has seen [default: ~/.local/state/popfetch]' -r -f -a "(__fish_complete_directories)"
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from forget" -l color -d 'Colours on a terminal: auto, always, never (auto heeds NO_COLOR)' -r -f -a "auto\t''
always\t''
never\t''"
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from forget" -l all -d 'All of them'
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from forget" -s q -l quiet -d 'Say nothing but errors'
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from forget" -s v -l verbose -d 'Say more: a line a message; twice: the dialogue with the server, without secrets'
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from forget" -l json -d 'Write JSON, one object a line'
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from forget" -s h -l help -d 'Print help'
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from mark-seen" -l user -d 'The user\'s name' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from mark-seen" -l tls -d 'TLS from the first octet (port 995), by STLS (port 110), or none at all' -r -f -a "implicit\t''
starttls\t''
none\t''"
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from mark-seen" -l ca-file -d 'Trust the certificates in this PEM file instead of the system\'s (with any number of SOURCEs)' -r -F
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from mark-seen" -l tls-fingerprint -d 'Trust the server whose certificate or key has this fingerprint (repeatable)' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from mark-seen" -l tls-host -d 'The name that the server\'s certificate must be for [default: the host]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from mark-seen" -l tls-min-version -d 'The oldest version of TLS to speak: 1.2 or 1.3 [default: 1.2]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from mark-seen" -l client-cert -d 'Show this certificate (PEM or PKCS#12) to a server that asks' -r -F
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from mark-seen" -l client-key -d 'The private key of the client certificate, where it is in a file of its own' -r -F
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from mark-seen" -l auth -d 'How to log in: USER, APOP, PLAIN, LOGIN, SCRAM-SHA-256, SCRAM-SHA-1, CRAM-MD5, OAUTHBEARER, XOAUTH2 or EXTERNAL [default: what the server offers, but not APOP and CRAM-MD5]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from mark-seen" -l password-command -d 'Read the password from what a command prints' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from mark-seen" -l password-file -d 'Read the password from a file that only you can read' -r -F
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from mark-seen" -l password-fd -d 'Read the password from an open file descriptor' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from mark-seen" -l token-command -d 'Log in with the OAuth2 access token that a command prints' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from mark-seen" -l proxy -d 'Connect through a proxy: socks5://host:port, or http://host:port for HTTP CONNECT' -r -f
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from mark-seen" -l source-address -d 'The address of this machine to connect from' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from mark-seen" -l connect-timeout -d 'How long to wait for a connection [default: the timeout, but at most 30]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from mark-seen" -l timeout -d 'How long to wait for the server, between two octets too [default: 60]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from mark-seen" -l session-timeout -d 'How long the session may take in all [default: as long as it takes]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from mark-seen" -l retries -d 'How often to try again after what may pass [default: 3 while the mailbox is in use, else 0]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from mark-seen" -l pipeline -d 'How many commands to send ahead of their replies: auto, off, or at most N [default: auto]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from mark-seen" -s n -l number -d 'By number, as list shows them: 3,5-9' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from mark-seen" -l uid -d 'By unique-id (repeatable)' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from mark-seen" -l last -d 'The newest N of the mailbox' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from mark-seen" -l first -d 'The oldest N of the mailbox' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from mark-seen" -l larger -d 'Larger than SIZE (500k, 20M)' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from mark-seen" -l smaller -d 'Smaller than SIZE' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from mark-seen" -l older -d 'Dated longer ago than AGE (14d, 12h)' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from mark-seen" -l newer -d 'Dated within the last AGE' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from mark-seen" -l since -d 'Dated on or after DATE (2026-11-02)' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from mark-seen" -l before -d 'Dated before DATE' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from mark-seen" -l from -d 'Whose sender\'s name or address contains TEXT' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from mark-seen" -l subject -d 'Whose subject contains TEXT' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from mark-seen" -l header -d 'With a header field NAME that contains TEXT' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from mark-seen" -s c -l config -d 'The configuration file [default: ~/.config/popfetch/config.toml]' -r -F
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from mark-seen" -l state-dir -d 'Where popfetch keeps what it has seen [default: ~/.local/state/popfetch]' -r -f -a "(__fish_complete_directories)"
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from mark-seen" -l color -d 'Colours on a terminal: auto, always, never (auto heeds NO_COLOR)' -r -f -a "auto\t''
always\t''
never\t''"
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from mark-seen" -l utf8 -d 'Ask the server for messages with UTF-8 in their headers as they are, if it can do that'
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from mark-seen" -s 4 -l ipv4 -d 'Connect to IPv4 addresses only'
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from mark-seen" -s 6 -l ipv6 -d 'Connect to IPv6 addresses only'
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from mark-seen" -l allow-cleartext-password -d 'Send the password even where everybody on the way can read it'
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from mark-seen" -l new -d 'What was not seen before'
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from mark-seen" -l seen -d 'What was seen before'
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from mark-seen" -l all -d 'Everything'
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from mark-seen" -s q -l quiet -d 'Say nothing but errors'
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from mark-seen" -s v -l verbose -d 'Say more: a line a message; twice: the dialogue with the server, without secrets'
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from mark-seen" -l json -d 'Write JSON, one object a line'
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from mark-seen" -s h -l help -d 'Print help'
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from export" -s c -l config -d 'The configuration file [default: ~/.config/popfetch/config.toml]' -r -F
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from export" -l state-dir -d 'Where popfetch keeps what it has seen [default: ~/.local/state/popfetch]' -r -f -a "(__fish_complete_directories)"
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from export" -l color -d 'Colours on a terminal: auto, always, never (auto heeds NO_COLOR)' -r -f -a "auto\t''
always\t''
never\t''"
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from export" -s q -l quiet -d 'Say nothing but errors'
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from export" -s v -l verbose -d 'Say more: a line a message; twice: the dialogue with the server, without secrets'
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from export" -l json -d 'Write JSON, one object a line'
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from export" -s h -l help -d 'Print help'
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from import" -s c -l config -d 'The configuration file [default: ~/.config/popfetch/config.toml]' -r -F
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from import" -l state-dir -d 'Where popfetch keeps what it has seen [default: ~/.local/state/popfetch]' -r -f -a "(__fish_complete_directories)"
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from import" -l color -d 'Colours on a terminal: auto, always, never (auto heeds NO_COLOR)' -r -f -a "auto\t''
always\t''
never\t''"
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from import" -s q -l quiet -d 'Say nothing but errors'
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from import" -s v -l verbose -d 'Say more: a line a message; twice: the dialogue with the server, without secrets'
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from import" -l json -d 'Write JSON, one object a line'
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from import" -s h -l help -d 'Print help'
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from rebuild" -l to -d 'The Maildir that was fetched into [default: the account\'s]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from rebuild" -l user -d 'The user\'s name' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from rebuild" -l tls -d 'TLS from the first octet (port 995), by STLS (port 110), or none at all' -r -f -a "implicit\t''
starttls\t''
none\t''"
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from rebuild" -l ca-file -d 'Trust the certificates in this PEM file instead of the system\'s (with any number of SOURCEs)' -r -F
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from rebuild" -l tls-fingerprint -d 'Trust the server whose certificate or key has this fingerprint (repeatable)' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from rebuild" -l tls-host -d 'The name that the server\'s certificate must be for [default: the host]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from rebuild" -l tls-min-version -d 'The oldest version of TLS to speak: 1.2 or 1.3 [default: 1.2]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from rebuild" -l client-cert -d 'Show this certificate (PEM or PKCS#12) to a server that asks' -r -F
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from rebuild" -l client-key -d 'The private key of the client certificate, where it is in a file of its own' -r -F
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from rebuild" -l auth -d 'How to log in: USER, APOP, PLAIN, LOGIN, SCRAM-SHA-256, SCRAM-SHA-1, CRAM-MD5, OAUTHBEARER, XOAUTH2 or EXTERNAL [default: what the server offers, but not APOP and CRAM-MD5]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from rebuild" -l password-command -d 'Read the password from what a command prints' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from rebuild" -l password-file -d 'Read the password from a file that only you can read' -r -F
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from rebuild" -l password-fd -d 'Read the password from an open file descriptor' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from rebuild" -l token-command -d 'Log in with the OAuth2 access token that a command prints' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from rebuild" -l proxy -d 'Connect through a proxy: socks5://host:port, or http://host:port for HTTP CONNECT' -r -f
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from rebuild" -l source-address -d 'The address of this machine to connect from' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from rebuild" -l connect-timeout -d 'How long to wait for a connection [default: the timeout, but at most 30]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from rebuild" -l timeout -d 'How long to wait for the server, between two octets too [default: 60]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from rebuild" -l session-timeout -d 'How long the session may take in all [default: as long as it takes]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from rebuild" -l retries -d 'How often to try again after what may pass [default: 3 while the mailbox is in use, else 0]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from rebuild" -l pipeline -d 'How many commands to send ahead of their replies: auto, off, or at most N [default: auto]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from rebuild" -s c -l config -d 'The configuration file [default: ~/.config/popfetch/config.toml]' -r -F
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from rebuild" -l state-dir -d 'Where popfetch keeps what it has seen [default: ~/.local/state/popfetch]' -r -f -a "(__fish_complete_directories)"
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from rebuild" -l color -d 'Colours on a terminal: auto, always, never (auto heeds NO_COLOR)' -r -f -a "auto\t''
always\t''
never\t''"
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from rebuild" -l utf8 -d 'Ask the server for messages with UTF-8 in their headers as they are, if it can do that'
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from rebuild" -s 4 -l ipv4 -d 'Connect to IPv4 addresses only'
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from rebuild" -s 6 -l ipv6 -d 'Connect to IPv6 addresses only'
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from rebuild" -l allow-cleartext-password -d 'Send the password even where everybody on the way can read it'
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from rebuild" -s q -l quiet -d 'Say nothing but errors'
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from rebuild" -s v -l verbose -d 'Say more: a line a message; twice: the dialogue with the server, without secrets'
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from rebuild" -l json -d 'Write JSON, one object a line'
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from rebuild" -s h -l help -d 'Print help'
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from adopt" -l user -d 'The user\'s name' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from adopt" -l tls -d 'TLS from the first octet (port 995), by STLS (port 110), or none at all' -r -f -a "implicit\t''
starttls\t''
none\t''"
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from adopt" -l ca-file -d 'Trust the certificates in this PEM file instead of the system\'s (with any number of SOURCEs)' -r -F
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from adopt" -l tls-fingerprint -d 'Trust the server whose certificate or key has this fingerprint (repeatable)' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from adopt" -l tls-host -d 'The name that the server\'s certificate must be for [default: the host]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from adopt" -l tls-min-version -d 'The oldest version of TLS to speak: 1.2 or 1.3 [default: 1.2]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from adopt" -l client-cert -d 'Show this certificate (PEM or PKCS#12) to a server that asks' -r -F
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from adopt" -l client-key -d 'The private key of the client certificate, where it is in a file of its own' -r -F
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from adopt" -l auth -d 'How to log in: USER, APOP, PLAIN, LOGIN, SCRAM-SHA-256, SCRAM-SHA-1, CRAM-MD5, OAUTHBEARER, XOAUTH2 or EXTERNAL [default: what the server offers, but not APOP and CRAM-MD5]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from adopt" -l password-command -d 'Read the password from what a command prints' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from adopt" -l password-file -d 'Read the password from a file that only you can read' -r -F
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from adopt" -l password-fd -d 'Read the password from an open file descriptor' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from adopt" -l token-command -d 'Log in with the OAuth2 access token that a command prints' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from adopt" -l proxy -d 'Connect through a proxy: socks5://host:port, or http://host:port for HTTP CONNECT' -r -f
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from adopt" -l source-address -d 'The address of this machine to connect from' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from adopt" -l connect-timeout -d 'How long to wait for a connection [default: the timeout, but at most 30]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from adopt" -l timeout -d 'How long to wait for the server, between two octets too [default: 60]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from adopt" -l session-timeout -d 'How long the session may take in all [default: as long as it takes]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from adopt" -l retries -d 'How often to try again after what may pass [default: 3 while the mailbox is in use, else 0]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from adopt" -l pipeline -d 'How many commands to send ahead of their replies: auto, off, or at most N [default: auto]' -r
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from adopt" -s c -l config -d 'The configuration file [default: ~/.config/popfetch/config.toml]' -r -F
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from adopt" -l state-dir -d 'Where popfetch keeps what it has seen [default: ~/.local/state/popfetch]' -r -f -a "(__fish_complete_directories)"
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from adopt" -l color -d 'Colours on a terminal: auto, always, never (auto heeds NO_COLOR)' -r -f -a "auto\t''
always\t''
never\t''"
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from adopt" -l utf8 -d 'Ask the server for messages with UTF-8 in their headers as they are, if it can do that'
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from adopt" -s 4 -l ipv4 -d 'Connect to IPv4 addresses only'
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from adopt" -s 6 -l ipv6 -d 'Connect to IPv6 addresses only'
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from adopt" -l allow-cleartext-password -d 'Send the password even where everybody on the way can read it'
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from adopt" -s q -l quiet -d 'Say nothing but errors'
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from adopt" -s v -l verbose -d 'Say more: a line a message; twice: the dialogue with the server, without secrets'
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from adopt" -l json -d 'Write JSON, one object a line'
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from adopt" -s h -l help -d 'Print help'
complete -c popfetch -n "__fish_popfetch_using_subcommand completions" -s c -l config -d 'The configuration file [default: ~/.config/popfetch/config.toml]' -r -F
complete -c popfetch -n "__fish_popfetch_using_subcommand completions" -l state-dir -d 'Where popfetch keeps what it has seen [default: ~/.local/state/popfetch]' -r -f -a "(__fish_complete_directories)"
complete -c popfetch -n "__fish_popfetch_using_subcommand completions" -l color -d 'Colours on a terminal: auto, always, never (auto heeds NO_COLOR)' -r -f -a "auto\t''
always\t''
never\t''"
complete -c popfetch -n "__fish_popfetch_using_subcommand completions" -s q -l quiet -d 'Say nothing but errors'
complete -c popfetch -n "__fish_popfetch_using_subcommand completions" -s v -l verbose -d 'Say more: a line a message; twice: the dialogue with the server, without secrets'
complete -c popfetch -n "__fish_popfetch_using_subcommand completions" -l json -d 'Write JSON, one object a line'
complete -c popfetch -n "__fish_popfetch_using_subcommand completions" -s h -l help -d 'Print help'

# The accounts of the configuration.
complete -c popfetch -n "__fish_popfetch_using_subcommand list" -f -a "(command popfetch config accounts 2>/dev/null)"
complete -c popfetch -n "__fish_popfetch_using_subcommand fetch" -f -a "(command popfetch config accounts 2>/dev/null)"
complete -c popfetch -n "__fish_popfetch_using_subcommand delete" -f -a "(command popfetch config accounts 2>/dev/null)"
complete -c popfetch -n "__fish_popfetch_using_subcommand check" -f -a "(command popfetch config accounts 2>/dev/null)"
complete -c popfetch -n "__fish_popfetch_using_subcommand status" -f -a "(command popfetch config accounts 2>/dev/null)"
complete -c popfetch -n "__fish_popfetch_using_subcommand login" -f -a "(command popfetch config accounts 2>/dev/null)"
complete -c popfetch -n "__fish_popfetch_using_subcommand logout" -f -a "(command popfetch config accounts 2>/dev/null)"
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from show" -f -a "(command popfetch config accounts 2>/dev/null)"
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from forget" -f -a "(command popfetch config accounts 2>/dev/null)"
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from mark-seen" -f -a "(command popfetch config accounts 2>/dev/null)"
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from export" -f -a "(command popfetch config accounts 2>/dev/null)"
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from import" -f -a "(command popfetch config accounts 2>/dev/null)"
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from rebuild" -f -a "(command popfetch config accounts 2>/dev/null)"
complete -c popfetch -n "__fish_popfetch_using_subcommand state; and __fish_seen_subcommand_from adopt" -f -a "(command popfetch config accounts 2>/dev/null)"
