//! What is known of a message, as JSON: the form in which a state is carried elsewhere.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Map, Value};

use popfetch::model::{MessageKey, Octets, Origin, Receipt, Uid};

/// Writes it. The UID is always given in base64 too, since it need not be text.
pub(crate) fn as_json(receipt: &Receipt) -> Value {
    let Receipt { key, origin, header_digest, message_id, at, .. } = receipt;
    let mut object = Map::new();
    object.insert("uid".into(), String::from_utf8_lossy(key.uid.as_bytes()).into());
    object.insert("uid_b64".into(), BASE64.encode(key.uid.as_bytes()).into());
    object.insert("ordinal".into(), key.ordinal.into());
    object.insert("octets".into(), key.size.map(|size| size.0).into());
    object.insert("origin".into(), origin.word().into());
    object.insert("at".into(), (*at).into());
    object.insert("message_id".into(), message_id.clone().into());
    object.insert("header_digest".into(), header_digest.map(|d| BASE64.encode(d)).into());
    Value::Object(object)
}

/// Reads it. Only the UID is needed; what is missing is taken at its safest: known since `now`,
/// and not delivered where nothing shows that it was.
pub(crate) fn from_json(line: &str, now: i64) -> Result<Receipt, String> {
    let value: Value = serde_json::from_str(line).map_err(|error| format!("not JSON: {error}"))?;
    let field = |name: &str| value.get(name).filter(|value| !value.is_null());
    let text = |name: &'static str| match field(name) {
        None => Ok(None),
        Some(value) => value.as_str().map(Some).ok_or(format!("{name} is no string")),
    };
    let number = |name: &'static str| match field(name) {
        None => Ok(None),
        Some(value) => value.as_u64().map(Some).ok_or(format!("{name} is no whole number")),
    };
    let decoded = |name: &'static str| {
        let text = text(name)?;
        let decoded = text.map(|text| BASE64.decode(text)).transpose();
        decoded.map_err(|_| format!("{name} is not base64"))
    };
    let uid = match decoded("uid_b64")? {
        Some(octets) => octets,
        None => text("uid")?.ok_or("there is no uid")?.as_bytes().to_vec(),
    };
    let digest = decoded("header_digest")?.map(<[u8; 32]>::try_from).transpose();
    let header_digest = digest.map_err(|_| "header_digest has not 32 octets")?;
    let at = number("at")?;
    let at = at.map(i64::try_from).transpose().map_err(|_| "at is too large")?;
    let origin = match text("origin")? {
        Some(word) => Origin::of_word(word).ok_or(format!("'{word}' is no origin"))?,
        None => Origin::Imported,
    };
    let is_shown = at.is_some() && header_digest.is_some();
    Ok(Receipt {
        key: MessageKey {
            uid: Uid::new(&uid).ok_or("the uid cannot be one")?,
            ordinal: u32::try_from(number("ordinal")?.unwrap_or(0))
                .map_err(|_| "the ordinal is too large")?,
            size: number("octets")?.map(Octets),
        },
        origin: if origin == Origin::Delivered && !is_shown { Origin::Imported } else { origin },
        header_digest,
        message_id: text("message_id")?.map(str::to_owned),
        at: at.unwrap_or(now),
        placements: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let receipt = Receipt {
            key: MessageKey { uid: Uid::new(b"a\xe4").unwrap(), ordinal: 3, size: Some(Octets(9)) },
            origin: Origin::Delivered,
            header_digest: Some([7; 32]),
            message_id: Some("<x@y>".into()),
            at: 5,
            placements: Vec::new(),
        };
        let read = from_json(&as_json(&receipt).to_string(), 1).unwrap();
        assert_eq!(format!("{read:?}"), format!("{receipt:?}"));
        let least = from_json(r#"{"uid":"x","origin":"delivered"}"#, 77).unwrap();
        assert_eq!((least.origin, least.key.size, least.at), (Origin::Imported, None, 77));
        for bad in [
            "",
            "{}",
            r#"{"uid":""}"#,
            r#"{"uid":"x","origin":"y"}"#,
            r#"{"uid_b64":"?"}"#,
            r#"{"uid":"x","octets":-5}"#,
            r#"{"uid":"x","ordinal":"y"}"#,
            r#"{"uid":"x","at":"z"}"#,
        ] {
            assert!(from_json(bad, 1).is_err(), "{bad}");
        }
    }
}
