//! Who gives the tokens, and how they want to be asked.

/// How an app gets its tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// The user types a code in on a page of the provider's, on any machine (RFC 8628).
    Device,
    /// The user consents in a browser, which is then sent to this machine (RFC 8252).
    Browser,
    /// The app itself has the right to read the mailbox, and no user is asked (RFC 6749, 4.4).
    ClientCredentials,
}

/// Where a provider sends the browser when it has an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Redirect {
    /// To a port of this machine, which the provider wants to be called so.
    Loopback(&'static str),
    /// Nowhere: it shows the code, for the user to copy.
    Nowhere,
}

/// A provider: its addresses and its customs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provider {
    /// How consent is asked for.
    pub flow: Flow,
    /// What is asked for.
    pub scope: String,
    /// Where a browser asks.
    pub authorize_url: Option<String>,
    /// Where codes are turned into tokens.
    pub token_url: Option<String>,
    /// Where a code for the user to type in comes from.
    pub device_url: Option<String>,
    /// Where tokens are given back.
    pub revoke_url: Option<String>,
    /// What else a browser is to say, as names and values.
    pub authorize_extra: &'static [(&'static str, &'static str)],
    /// Where it sends the browser.
    pub redirect: Redirect,
    /// Whether it wants the client secret in the body, as the large ones document it, and not as
    /// HTTP Basic authentication, which every server must understand (RFC 6749, section 2.3.1).
    pub secret_in_body: bool,
}

/// Providers whose addresses are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// Microsoft 365 and Outlook.com.
    Microsoft,
    /// Gmail and Google Workspace.
    Google,
    /// Yahoo and AOL.
    Yahoo,
    /// Any other: all its addresses have to be named.
    Custom,
}

impl Preset {
    /// The flow where nothing else is said.
    #[must_use]
    pub fn flow(self) -> Flow {
        match self {
            // Google's device flow does not give the right to read mail.
            Self::Google | Self::Yahoo | Self::Custom => Flow::Browser,
            Self::Microsoft => Flow::Device,
        }
    }

    /// The provider, for `flow`. Microsoft wants to know the `tenant`: an organisation's id or
    /// domain, or `common`, `organizations` or `consumers`.
    #[must_use]
    pub fn provider(self, flow: Flow, tenant: &str) -> Provider {
        let some = |text: &str| Some(text.to_owned());
        let custom = Provider {
            flow,
            scope: String::new(),
            authorize_url: None,
            token_url: None,
            device_url: None,
            revoke_url: None,
            authorize_extra: &[],
            redirect: Redirect::Loopback("127.0.0.1"),
            secret_in_body: false,
        };
        match self {
            Self::Microsoft => {
                let at = |page| {
                    Some(format!("https://login.microsoftonline.com/{tenant}/oauth2/v2.0/{page}"))
                };
                let scope = match flow {
                    Flow::ClientCredentials => "https://outlook.office365.com/.default",
                    Flow::Device | Flow::Browser => {
                        "https://outlook.office.com/POP.AccessAsUser.All offline_access"
                    }
                };
                Provider {
                    scope: scope.to_owned(),
                    authorize_url: at("authorize"),
                    token_url: at("token"),
                    device_url: at("devicecode"),
                    // The one name under which it takes any port.
                    redirect: Redirect::Loopback("localhost"),
                    secret_in_body: true,
                    ..custom
                }
            }
            Self::Google => Provider {
                scope: "https://mail.google.com/".to_owned(),
                authorize_url: some("https://accounts.google.com/o/oauth2/v2/auth"),
                token_url: some("https://oauth2.googleapis.com/token"),
                device_url: some("https://oauth2.googleapis.com/device/code"),
                revoke_url: some("https://oauth2.googleapis.com/revoke"),
                // Without these there is no refresh token the second time.
                authorize_extra: &[("access_type", "offline"), ("prompt", "consent")],
                secret_in_body: true,
                ..custom
            },
            Self::Yahoo => Provider {
                scope: "mail-r".to_owned(),
                authorize_url: some("https://api.login.yahoo.com/oauth2/request_auth"),
                token_url: some("https://api.login.yahoo.com/oauth2/get_token"),
                // It takes https alone for a redirect.
                redirect: Redirect::Nowhere,
                secret_in_body: true,
                ..custom
            },
            Self::Custom => custom,
        }
    }
}
