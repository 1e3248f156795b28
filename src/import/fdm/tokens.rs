//! The tokens of fdm's configuration, with what its macros stand for put in.

use std::collections::BTreeMap;

use super::super::Error;

/// A token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A keyword.
    Word(String),
    /// A string.
    Text(String),
    /// What a command prints.
    Command(String),
    /// A number.
    Number(u64),
    /// Punctuation.
    Sign(char),
}

/// A token, and the line that it begins in.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    pub(super) token: Token,
    pub(super) line: usize,
}

/// Splits the text.
pub(super) fn tokens(text: &str) -> Result<Vec<Placed>, Error> {
    let mut lexer = Lexer { rest: text, line: 1, macros: BTreeMap::new(), tokens: Vec::new() };
    let mut open: usize = 0;
    let mut skipping = false;
    while let Some(token) = lexer.next()? {
        let line = lexer.line;
        match token {
            Token::Word(word) if matches!(word.as_str(), "ifdef" | "ifndef") => {
                let name = lexer.macro_name()?;
                skipping |= lexer.macros.contains_key(&name) == (word == "ifndef");
                open += 1;
            }
            Token::Word(word) if word == "endif" => {
                open = open.checked_sub(1).ok_or_else(|| lexer.error("there is no ifdef here"))?;
                skipping &= open > 0;
            }
            _ if skipping => {}
            token => lexer.push(token, line),
        }
    }
    Ok(lexer.tokens)
}

struct Lexer<'a> {
    rest: &'a str,
    line: usize,
    macros: BTreeMap<String, Token>,
    tokens: Vec<Placed>,
}

impl Lexer<'_> {
    fn error(&self, message: &str) -> Error {
        Error::new(self.line, message)
    }

    /// Adds a token; strings with a + between them are one.
    fn push(&mut self, token: Token, line: usize) {
        let joined = match (&mut self.tokens[..], &token) {
            (
                [
                    ..,
                    Placed { token: Token::Text(text), .. },
                    Placed { token: Token::Sign('+'), .. },
                ],
                Token::Text(more),
            ) => {
                text.push_str(more);
                true
            }
            _ => false,
        };
        if joined {
            self.tokens.pop();
        } else {
            self.tokens.push(Placed { token, line });
        }
    }

    /// Takes so many octets.
    fn take(&mut self, end: usize) -> String {
        let (taken, rest) = self.rest.split_at(end);
        self.line += taken.matches('\n').count();
        self.rest = rest;
        taken.to_owned()
    }

    fn skip_blanks(&mut self) {
        loop {
            let end = self.rest.find(|c: char| !c.is_ascii_whitespace());
            self.take(end.unwrap_or(self.rest.len()));
            if !self.rest.starts_with('#') {
                return;
            }
            let end = self.rest.find('\n').unwrap_or(self.rest.len());
            self.take(end);
        }
    }

    fn next(&mut self) -> Result<Option<Token>, Error> {
        self.skip_blanks();
        let Some(c) = self.rest.chars().next() else { return Ok(None) };
        Ok(Some(match c {
            '"' | '\'' => Token::Text(self.string(c)?),
            '$' | '%' if self.rest[1..].starts_with('(') => self.command()?,
            '$' | '%' => {
                let name = self.macro_name()?;
                self.skip_blanks();
                if let Some(rest) = self.rest.strip_prefix('=') {
                    self.rest = rest;
                    let value =
                        self.next()?.ok_or_else(|| self.error("a macro lacks its value"))?;
                    self.macros.insert(name, value);
                    return self.next();
                }
                let value = self.macros.get(&name).cloned();
                value.ok_or_else(|| self.error(&format!("there is no macro {name}")))?
            }
            c if c.is_ascii_digit() => {
                let end = self.rest.find(|c: char| !c.is_ascii_digit());
                let number = self.take(end.unwrap_or(self.rest.len()));
                Token::Number(number.parse().map_err(|_| self.error("a number is too large"))?)
            }
            c if is_word(c) => Token::Word(self.word()),
            c if c.is_ascii_punctuation() => {
                self.take(1);
                Token::Sign(c)
            }
            _ => return Err(self.error("there is a character that means nothing")),
        }))
    }

    fn word(&mut self) -> String {
        let end = self.rest.find(|c| !is_word(c)).unwrap_or(self.rest.len());
        self.take(end)
    }

    /// `$name`, `${name}`, and the same with `%`; the sign is a part of the name.
    fn macro_name(&mut self) -> Result<String, Error> {
        self.skip_blanks();
        let sign = self.rest.chars().next().filter(|c| matches!(c, '$' | '%'));
        let sign = sign.ok_or_else(|| self.error("a macro's name is missing"))?;
        self.take(1);
        let braced = self.rest.starts_with('{');
        self.take(usize::from(braced));
        let name = format!("{sign}{}", self.word());
        if braced {
            self.rest = self.rest.strip_prefix('}').ok_or_else(|| self.error("a } is missing"))?;
        }
        Ok(name)
    }

    /// `$(command)`, up to the parenthesis that closes it.
    fn command(&mut self) -> Result<Token, Error> {
        let mut depth = 0_usize;
        let mut quote = None;
        let mut escaped = false;
        for (at, c) in self.rest.char_indices().skip(2) {
            match (c, quote) {
                _ if escaped => escaped = false,
                ('\\', Some('"')) => escaped = true,
                (c, Some(open)) => quote = Some(open).filter(|open| *open != c),
                ('"' | '\'', None) => quote = Some(c),
                ('(', None) => depth += 1,
                (')', None) if depth == 0 => {
                    let command = self.take(at + 1);
                    return Ok(Token::Command(command[2..at].trim().to_owned()));
                }
                (')', None) => depth -= 1,
                _ => {}
            }
        }
        Err(self.error("a ) is missing"))
    }

    /// In double quotes there are escapes, and macros in braces; in single ones there are not.
    fn string(&mut self, quote: char) -> Result<String, Error> {
        let missing = self.error("a quote is not closed");
        self.take(1);
        let mut text = String::new();
        loop {
            let c = self.rest.chars().next().ok_or_else(|| missing.clone())?;
            if quote == '"' && matches!(c, '$' | '%') && self.rest[1..].starts_with('{') {
                match self.macro_name().map(|name| self.macros.get(&name).cloned())? {
                    Some(Token::Text(value)) => text += &value,
                    Some(Token::Number(number)) => text += &number.to_string(),
                    Some(_) => return Err(self.error("a command stands within a string")),
                    None => {}
                }
                continue;
            }
            self.take(c.len_utf8());
            if c == quote {
                return Ok(text);
            }
            if c != '\\' || quote == '\'' {
                text.push(c);
                continue;
            }
            let c = self.rest.chars().next().ok_or_else(|| missing.clone())?;
            self.take(c.len_utf8());
            text.push(match c {
                'r' => '\r',
                'n' => '\n',
                't' => '\t',
                other => other,
            });
        }
    }
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let tokens = match tokens(text) {
            Ok(tokens) => tokens,
            Err(error) => return format!("{}: {error}", error.line),
        };
        let shown = tokens.iter().map(|placed| match &placed.token {
            Token::Word(word) => word.clone(),
            Token::Text(text) => format!("{text:?}"),
            Token::Command(command) => format!("$({command})"),
            Token::Number(number) => number.to_string(),
            Token::Sign(sign) => sign.to_string(),
        });
        shown.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn strings_macros_and_commands() {
        for (text, expected) in [
            ("set timeout 5 # x\nkeep", "set timeout 5 keep"),
            (r#"pass "a\"b\\\n" '\$c'"#, r#"pass "a\"b\\\n" "\\$c""#),
            (
                "$h = \"x\"\n%n=5 server $h ${h} \"a${h}b%{n}${no}\" %n",
                "server \"x\" \"x\" \"axb5\" 5",
            ),
            ("pass $(pass show \"a)b\" | tr (x) ')')", "pass $(pass show \"a)b\" | tr (x) ')')"),
            ("$p = $(cat x)\npass $p", "pass $(cat x)"),
            ("a { b } < > != \"c\" + \"d\" +\n'e' +", "a { b } < > ! = \"cde\" +"),
            ("$x=1 ifdef $x a ifndef $x b endif c endif d", "a d"),
            ("ifdef $x a ifndef $x b endif c endif d", "d"),
            ("\"open", "1: a quote is not closed"),
            ("\n$(open", "2: a ) is missing"),
            ("$no", "1: there is no macro $no"),
            ("${x", "1: a } is missing"),
            ("endif", "1: there is no ifdef here"),
            ("ifdef x", "1: a macro's name is missing"),
            ("99999999999999999999", "1: a number is too large"),
            ("$x =", "1: a macro lacks its value"),
            ("ä", "1: there is a character that means nothing"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }
}
