//! A mail server to try `popfetch` on: POP3 over TLS with some sample mail.
//!
//! ```text
//! cargo run --example pop3_server -- ca.pem
//! ```
//!
//! It writes the certificate to be trusted to the given file, prints the
//! address it listens on and serves the user `demo`, password `demo`, until its
//! standard input ends or ten minutes have passed.

#![allow(clippy::expect_used, clippy::print_stdout)]

#[path = "../tests/it/support/certs.rs"]
mod certs;
#[path = "../tests/it/support/server/mod.rs"]
mod server;

use certs::{Authority, Leaf};
use server::{Mailbox, Script, Server};
use std::io::{self, Write};
use std::sync::mpsc;
use std::time::Duration;
use std::{env, fs, thread};

const LIFETIME: Duration = Duration::from_secs(600);

fn main() -> io::Result<()> {
    let Some(ca_path) = env::args_os().nth(1) else {
        return Err(io::Error::other("usage: pop3_server CA_FILE"));
    };
    let authority = Authority::new();
    fs::write(ca_path, authority.ca_pem())?;

    let mailbox = Mailbox::new();
    for mail in MAIL {
        mailbox.add(mail.replace('\n', "\r\n"));
    }
    let script =
        Script::new().implicit_tls(authority.issue(Leaf::new()).identity()).login("demo", "demo");
    let server = Server::start(script, &mailbox);
    println!("listening on 127.0.0.1:{}", server.port());
    io::stdout().flush()?;

    // Standard input ends when the parent goes away, however that happens.
    let (ended, end) = mpsc::channel();
    thread::spawn(move || {
        let _ = io::copy(&mut io::stdin(), &mut io::sink());
        let _ = ended.send(());
    });
    let _ = end.recv_timeout(LIFETIME);
    Ok(())
}

/// The sample mail, with line ends yet to be made CRLF.
const MAIL: [&str; 6] = [
    "\
From: Ada Lorenz <ada@example.org>
To: demo@example.org
Subject: =?UTF-8?Q?Caf=C3=A9_am_Fluss:_Tisch_f=C3=BCr_drei?=
Date: Mon, 2 Feb 2026 09:14:05 +0100
Message-ID: <20260202.091405@example.org>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

Hallo,

ich habe f=C3=BCr Freitag um sieben einen Tisch bestellt.

Bis dann
Ada
",
    "\
From: =?UTF-8?Q?Ji=C5=99=C3=AD?= Dvorak <jiri@example.org>
To: demo@example.org
Subject: =?UTF-8?B?UMWZZWhsZWQgdsO9ZGFqxa8gemEgbGVkZW4=?=
Date: Tue, 3 Feb 2026 17:40:31 +0100
Message-ID: <20260203.174031@example.org>
MIME-Version: 1.0
Content-Type: text/plain; charset=us-ascii

Rent 9400, food 5120, trains 1180. The rest is noise.
",
    "\
From: =?UTF-8?B?5bGx55Sw6Iqx5a2Q?= <hanako@example.org>
To: demo@example.org
Subject: =?UTF-8?B?5Lya6K2w44Gu5pel56iL44Gr44Gk44GE44Gm?=
Date: Wed, 4 Feb 2026 10:05:00 +0900
Message-ID: <20260204.100500@example.org>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: base64

5p2l6YCx44Gu5Lya6K2w44Gv5rC05puc5pel44Gu5Y2I5b6M5LqM5pmC44GL44KJ44Gn44GZ
44CCDQros4fmlpnjga/liY3ml6Xjgb7jgafjgavpgIHjgorjgb7jgZnjgIINCg==
",
    "\
From: Statistics <statistics@example.org>
To: demo@example.org
Subject: Visitors of the week
Date: Fri, 6 Feb 2026 23:55:00 +0000
Message-ID: <20260206.235500@example.org>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=\"part-of-this\"

This is a message in several parts.

--part-of-this
Content-Type: text/plain; charset=us-ascii

The numbers are attached. Friday was the best day so far.

--part-of-this
Content-Type: text/csv; name=\"visitors.csv\"
Content-Disposition: attachment; filename=\"visitors.csv\"
Content-Transfer-Encoding: base64

ZGF5LHZpc2l0b3JzCjIwMjYtMDItMDIsMTE4CjIwMjYtMDItMDMsMTMxCjIwMjYtMDItMDQs
OTcKMjAyNi0wMi0wNSwxNDAKMjAyNi0wMi0wNiwxNjQK

--part-of-this--
",
    "\
From: Postmaster <postmaster@example.org>
To: demo@example.org
Subject: Lines that mail programs trip over
Date: Sat, 7 Feb 2026 08:00:00 +0000
Message-ID: <20260207.080000@example.org>

From here on the mbox format needs care.
>From has been quoted once already.
The next line is a single dot:
.
..and this one begins with two,
...this one with three,
.this one with one.
",
    // No subject, no date, no MIME header, and yet eight bits.
    "\
From: zoë@example.org
X-Empty:
X-Folded: one
\ttwo

Grüße aus Malmö, ohne Betreff und ohne Datum. ✓
",
];
