//! The grammar of fdm's configuration, as far as it is about accounts and where their mail goes.

use super::super::Error;
use super::tokens::{Placed, Token, tokens};

/// A statement.
#[derive(Debug)]
pub(super) enum Statement {
    /// `set OPTION ...`
    Set(String, Vec<Token>),
    /// `account NAME ...`
    Account { name: String, body: Vec<Token> },
    /// `action NAME ...`
    Action { name: String, acts: Vec<Act> },
    /// `match ...`
    Rule(Rule),
    /// `include PATH`
    Include,
    /// `cache PATH ...`
    Cache,
}

/// One thing that is done with a mail.
#[derive(Clone, Debug)]
pub(super) struct Act {
    pub(super) kind: String,
    /// What stands behind it.
    pub(super) rest: Vec<Token>,
}

/// Which mail is treated how.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) condition: Vec<Token>,
    /// The names of actions, or the acts themselves.
    pub(super) acts: Vec<Act>,
    /// Whether the rules behind it count as well.
    pub(super) goes_on: bool,
}

/// What begins a statement.
const STARTS: [&str; 6] = ["set", "account", "action", "match", "include", "cache"];

/// What begins an act.
const ACTS: [&str; 20] = [
    "action",
    "add-header",
    "add-to-cache",
    "append",
    "drop",
    "exec",
    "imap",
    "imaps",
    "keep",
    "lmtp",
    "maildir",
    "mbox",
    "pipe",
    "remove-from-cache",
    "remove-header",
    "remove-headers",
    "rewrite",
    "smtp",
    "stdout",
    "tag",
];

pub(super) fn parse(text: &str) -> Result<Vec<Statement>, Error> {
    let tokens = tokens(text)?;
    let mut parser = Parser { tokens: &tokens };
    let mut statements = Vec::new();
    while let Some(placed) = parser.next() {
        statements.push(parser.statement(placed)?);
    }
    Ok(statements)
}

struct Parser<'a> {
    tokens: &'a [Placed],
}

impl<'a> Parser<'a> {
    fn next(&mut self) -> Option<&'a Placed> {
        let (first, rest) = self.tokens.split_first()?;
        self.tokens = rest;
        Some(first)
    }

    fn peek(&self) -> Option<&'a Token> {
        self.tokens.first().map(|placed| &placed.token)
    }

    fn is_word(&self, words: &[&str]) -> bool {
        matches!(self.peek(), Some(Token::Word(word)) if words.contains(&word.as_str()))
    }

    fn statement(&mut self, first: &Placed) -> Result<Statement, Error> {
        let wrong = |message: &str| Error::new(first.line, message);
        let Token::Word(word) = &first.token else {
            return Err(wrong("no statement begins like this"));
        };
        Ok(match word.as_str() {
            "set" => match self.next().map(|placed| &placed.token) {
                Some(Token::Word(option)) => Statement::Set(option.clone(), self.rest()),
                _ => return Err(wrong("'set' lacks its option")),
            },
            "account" => {
                let name = self.name().ok_or_else(|| wrong("an account lacks its name"))?;
                Statement::Account { name, body: self.rest() }
            }
            "action" => {
                let name = self.name().ok_or_else(|| wrong("an action lacks its name"))?;
                self.skip_users();
                Statement::Action { name, acts: self.acts() }
            }
            "match" => self.rule().ok_or_else(|| wrong("'match' lacks its action"))?,
            "include" => {
                self.rest();
                Statement::Include
            }
            "cache" => {
                self.rest();
                Statement::Cache
            }
            word => return Err(wrong(&format!("'{word}' begins no statement"))),
        })
    }

    fn name(&mut self) -> Option<String> {
        let Some(Token::Text(name)) = self.peek() else { return None };
        self.next();
        Some(name.clone())
    }

    /// The tokens up to the next statement.
    fn rest(&mut self) -> Vec<Token> {
        let mut rest: Vec<Token> = Vec::new();
        while let Some(token) = self.peek() {
            // The file in which an account keeps what it has seen.
            let of_account = matches!(
                rest.last(),
                Some(Token::Word(word)) if word == "new-only" || word == "old-only"
            );
            if self.is_word(&STARTS) && !(of_account && self.is_word(&["cache"])) {
                break;
            }
            rest.push(token.clone());
            self.next();
        }
        rest
    }

    /// The tokens in braces, if braces come next.
    fn braced(&mut self) -> Option<Vec<Token>> {
        if self.peek() != Some(&Token::Sign('{')) {
            return None;
        }
        self.next();
        let mut inside = Vec::new();
        let mut depth = 1_usize;
        while let Some(placed) = self.next() {
            match placed.token {
                Token::Sign('{') => depth += 1,
                Token::Sign('}') => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                break;
            }
            inside.push(placed.token.clone());
        }
        Some(inside)
    }

    /// Whom the mail belongs to is said on a machine of many users.
    fn skip_users(&mut self) {
        if self.is_word(&["user", "users"]) {
            self.next();
            if self.braced().is_none() {
                self.next();
            }
        }
    }

    fn acts(&mut self) -> Vec<Act> {
        if let Some(inside) = self.braced() {
            return split(inside);
        }
        // An action may begin like a statement.
        let mut body: Vec<Token> =
            self.next().map(|placed| placed.token.clone()).into_iter().collect();
        body.extend(self.rest());
        split(body)
    }

    fn rule(&mut self) -> Option<Statement> {
        let mut condition = Vec::new();
        loop {
            self.skip_users();
            let token = self.peek()?.clone();
            if self.is_word(&["action", "actions"]) {
                self.next();
                break;
            }
            match self.braced() {
                // The names of a list, or rules within the rule.
                Some(inside) if matches!(condition.last(), Some(Token::Word(_))) => {
                    if inside.contains(&Token::Word("match".to_owned())) {
                        let (acts, goes_on) = (Vec::new(), true);
                        return Some(Statement::Rule(Rule { condition, acts, goes_on }));
                    }
                    condition.extend(inside);
                }
                Some(_) => {
                    let (acts, goes_on) = (Vec::new(), true);
                    return Some(Statement::Rule(Rule { condition, acts, goes_on }));
                }
                None => {
                    condition.push(token);
                    self.next();
                }
            }
        }
        let mut acts = self.acts();
        let mut goes_on = self.is_word(&["continue"]);
        if goes_on {
            self.next();
        }
        for act in &mut acts {
            let count = act.rest.len();
            act.rest.retain(|token| *token != Token::Word("continue".to_owned()));
            goes_on |= act.rest.len() < count;
        }
        Some(Statement::Rule(Rule { condition, acts, goes_on }))
    }
}

/// Splits what is done into its parts.
fn split(tokens: Vec<Token>) -> Vec<Act> {
    let mut acts: Vec<Act> = Vec::new();
    let mut in_names = true;
    for token in tokens {
        match (&token, acts.last_mut()) {
            (Token::Word(word), _) if ACTS.contains(&word.as_str()) => {
                in_names = false;
                acts.push(Act { kind: word.clone(), rest: Vec::new() });
            }
            // Names of actions.
            (Token::Text(_), _) if in_names => {
                acts.push(Act { kind: "action".to_owned(), rest: vec![token] });
            }
            (_, Some(act)) => act.rest.push(token),
            (_, None) => {}
        }
    }
    acts
}
