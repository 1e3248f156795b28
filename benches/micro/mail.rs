//! Sample mail, the same in every run.

use std::fmt;

/// What the lines of a body are like.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Lines {
    /// Base64 of an attachment, 76 columns.
    Base64,
    /// Prose of about 60 columns.
    Text,
    /// 0 to 20 columns: a table, a signature, poetry.
    Short,
    /// Prose that is quoted from another message.
    Quoted,
    /// A dot at the start of each line, which travels as two: the worst case.
    Dotted,
}

impl Lines {
    pub(crate) const ALL: [Self; 5] =
        [Self::Base64, Self::Text, Self::Short, Self::Quoted, Self::Dotted];

    fn line(self, random: &mut Random, line: &mut Vec<u8>) {
        const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        const TEXT: &[u8] = b"the quick brown fox jumps over From a lazy dog. Then it rests, ";
        let (start, alphabet, columns) = match self {
            Self::Base64 => ("", BASE64, 76),
            Self::Text => ("", TEXT, 50 + random.below(20)),
            Self::Short => ("", TEXT, random.below(21)),
            Self::Quoted => ("> ", TEXT, 50 + random.below(20)),
            Self::Dotted => (".", TEXT, 50 + random.below(20)),
        };
        line.extend_from_slice(start.as_bytes());
        if self.is_prose() {
            line.extend(alphabet.iter().cycle().skip(random.below(60)).take(columns));
        } else {
            line.extend((0..columns).map(|_| alphabet[random.below(64)]));
        }
    }

    fn is_prose(self) -> bool {
        !matches!(self, Self::Base64)
    }
}

impl fmt::Display for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// A message of about so many octets, with CRLF line ends, as a server stores it.
pub(crate) fn message(lines: Lines, octets: usize) -> Vec<u8> {
    let mut random = Random::new();
    let mut message = header(1);
    message.extend_from_slice(b"\r\n");
    while message.len() < octets {
        lines.line(&mut random, &mut message);
        message.extend_from_slice(b"\r\n");
    }
    message
}

/// A message as it travels: dots stuffed, and the lone dot behind it.
pub(crate) fn stuffed(message: &[u8]) -> Vec<u8> {
    let mut wire = Vec::with_capacity(message.len() + message.len() / 32 + 3);
    for line in message.split_inclusive(|&octet| octet == b'\n') {
        if line.starts_with(b".") {
            wire.push(b'.');
        }
        wire.extend_from_slice(line);
    }
    wire.extend_from_slice(b".\r\n");
    wire
}

/// The header block of a message that came by `hops` servers: 1.6 kB with one, 4 kB with eight.
pub(crate) fn header(hops: usize) -> Vec<u8> {
    let mut text = "Return-Path: <news-bounces+alice=example.org@lists.example.com>\r\n\
         Delivered-To: alice@example.org\r\n"
        .to_owned();
    for hop in 0..hops {
        text += &format!(
            "Received: from mx{hop}.example.com (mx{hop}.example.com [192.0.2.{hop}])\r\n\
             \tby mail.example.org (Postfix) with ESMTPS id 4XyZ{hop:04}Qw1\r\n\
             \t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)\r\n\
             \t key-exchange X25519 server-signature RSA-PSS (2048 bits))\r\n\
             \tfor <alice@example.org>; Mon,  2 Nov 2026 03:04:{hop:02} +0100 (CET)\r\n"
        );
    }
    text += "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; s=sel;\r\n\
         \th=from:to:subject:date:message-id:mime-version:content-type;\r\n\
         \tbh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=;\r\n\
         \tb=Jb0vR9hM2p1Vq7xXW5eV0nT3o8uYd6kq1c4s9fGz2aPjLm5QrXw7tBhKiEoNuZyS\r\n\
         \t DvCgAlMf3HqJx8R0WpTz6UeYkV1bSnIo9Gd2LcQwPa5XjrFm7Kt4BhZuEsNyOiVD==\r\n\
         From: =?utf-8?q?J=C3=BCrgen_M=C3=BCller_via_Gesch=C3=A4fts-Newsletter?=\r\n\
         \t<news@lists.example.com>\r\n\
         To: Alice Example <alice@example.org>, \"Bob, of Sales\" <bob@example.org>\r\n\
         Subject: =?utf-8?b?UmU6IEFuZ2Vib3QgZsO8ciBkaWUgSmFocmVzaGF1cHR2ZXJzYW1tbHVuZw==?=\r\n\
         \t=?utf-8?q?_und_weitere_Gr=C3=BC=C3=9Fe_aus_K=C3=B6ln?=\r\n\
         Date: Mon, 2 Nov 2026 03:04:05 +0100\r\n\
         Message-ID: <CAF3k9w_T0p=0c8Jb0vR9hM2p1Vq7xXW5e@mail.lists.example.com>\r\n\
         References: <first@mail.example.com> <second@mail.example.com>\r\n\
         \t<third@mail.example.com>\r\n\
         In-Reply-To: <third@mail.example.com>\r\n\
         MIME-Version: 1.0\r\n\
         Content-Type: multipart/alternative; boundary=\"----=_Part_1234_5678.90\"\r\n\
         List-Id: Example News <news.lists.example.com>\r\n\
         List-Unsubscribe: <https://lists.example.com/u/alice>, <mailto:leave@lists.example.com>\r\n\
         X-Mailer: Example Mailer 4.2 (build 1234)\r\n\
         X-Spam-Status: No, score=-2.1 required=5.0 tests=BAYES_00,DKIM_SIGNED,DKIM_VALID\r\n";
    text.into_bytes()
}

/// Numbers without a pattern that a branch predictor could learn (SplitMix64).
struct Random(u64);

impl Random {
    fn new() -> Self {
        Self(1)
    }

    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let bits = usize::try_from((bits ^ (bits >> 31)) >> 32).unwrap();
        bits % limit
    }
}
