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
    object.insert("octets".into(), key.size.0.into());
    object.insert("origin".into(), origin.word().into());
    object.insert("at".into(), (*at).into());
    object.insert("message_id".into(), message_id.clone().into());
    object.insert("header_digest".into(), header_digest.map(|d| BASE64.encode(d)).into());
    Value::Object(object)
}

/// Reads it. Only the UID is needed.
pub(crate) fn from_json(line: &str) -> Result<Receipt, String> {
    let value: Value = serde_json::from_str(line).map_err(|error| format!("not JSON: {error}"))?;
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    let decoded = |name: &str| text(name).map(|text| BASE64.decode(text)).transpose();
    let uid = match decoded("uid_b64").map_err(|_| "uid_b64 is not base64")? {
        Some(octets) => octets,
        None => text("uid").ok_or("there is no uid")?.as_bytes().to_vec(),
    };
    let uid = Uid::new(&uid).ok_or("the uid cannot be one")?;
    let number = |name: &str| value.get(name).and_then(Value::as_u64).unwrap_or(0);
    let digest = decoded("header_digest").map_err(|_| "header_digest is not base64")?;
    let digest = digest.map(<[u8; 32]>::try_from).transpose();
    Ok(Receipt {
        key: MessageKey {
            uid,
            ordinal: u32::try_from(number("ordinal")).map_err(|_| "the ordinal is too large")?,
            size: Octets(number("octets")),
        },
        origin: match text("origin") {
            Some(word) => Origin::of_word(word).ok_or(format!("'{word}' is no origin"))?,
            None => Origin::Imported,
        },
        header_digest: digest.map_err(|_| "header_digest has not 32 octets")?,
        message_id: text("message_id").map(str::to_owned),
        at: value.get("at").and_then(Value::as_i64).unwrap_or(0),
        placements: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let receipt = Receipt {
            key: MessageKey { uid: Uid::new(b"a\xe4").unwrap(), ordinal: 3, size: Octets(9) },
            origin: Origin::Delivered,
            header_digest: Some([7; 32]),
            message_id: Some("<x@y>".into()),
            at: 5,
            placements: Vec::new(),
        };
        let read = from_json(&as_json(&receipt).to_string()).unwrap();
        assert_eq!(format!("{read:?}"), format!("{receipt:?}"));
        let least = from_json(r#"{"uid":"x"}"#).unwrap();
        assert_eq!((least.origin, least.key.size), (Origin::Imported, Octets(0)));
        for bad in ["", "{}", r#"{"uid":""}"#, r#"{"uid":"x","origin":"y"}"#, r#"{"uid_b64":"?"}"#]
        {
            assert!(from_json(bad).is_err(), "{bad}");
        }
    }
}
