//! JSON Schemas (draft 2020-12) of the definition files, made from their shapes.

use super::shape::{
    EffectKind, KeyShape, MakerKind, SCREEN, SYSTEM, TableShape, VARIABLE, ValueKind,
};
use serde_json::{Map, Value, json};

/// The schema of `system.toml`.
pub fn system() -> Value {
    document(&SYSTEM)
}

/// The schema of a screen's file.
pub fn screen() -> Value {
    document(&SCREEN)
}

/// The schema of `words.toml`.
pub fn words() -> Value {
    json!({
        "$schema": DRAFT,
        "title": "words.toml",
        "description": "lists of words that generated rows draw from",
        "type": "object",
        "additionalProperties": { "type": "array", "items": { "type": "string" }, "minItems": 1 },
    })
}

pub(crate) const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The schema of a file of this shape.
pub(crate) fn document(shape: &'static TableShape) -> Value {
    let mut schema = table(shape.all_keys());
    if let Value::Object(schema) = &mut schema {
        schema.insert("$schema".into(), json!(DRAFT));
        schema.insert("title".into(), json!(shape.name));
        schema.insert("description".into(), json!(shape.doc));
        schema.insert("$defs".into(), json!({ "effects": effects() }));
    }
    schema
}

/// A table with these keys and no others.
pub(crate) fn table(keys: impl Iterator<Item = (&'static KeyShape, bool)>) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for (key, required_here) in keys {
        let mut schema = kind(&key.kind);
        if let Value::Object(schema) = &mut schema {
            schema.insert("description".into(), json!(key.doc));
        }
        properties.insert(key.name.into(), schema);
        if required_here {
            required.push(key.name);
        }
    }
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

/// A table with the keys of one of these kinds.
fn one_of(kinds: impl Iterator<Item = &'static [KeyShape]>) -> Value {
    let keys = |keys: &'static [KeyShape]| keys.iter().map(|key| (key, key.required));
    let kinds: Vec<Value> = kinds.map(|kind| table(keys(kind))).collect();
    json!({ "anyOf": kinds })
}

fn effects() -> Value {
    let kinds = EffectKind::ALL.iter().map(|kind| kind.keys());
    json!({ "type": "array", "items": one_of(kinds) })
}

fn kind(kind: &'static ValueKind) -> Value {
    let literal = json!({ "type": ["string", "number", "boolean"] });
    match kind {
        ValueKind::Text | ValueKind::Ref(_) | ValueKind::Template | ValueKind::Type => {
            json!({ "type": "string" })
        }
        ValueKind::Expr | ValueKind::Literal => literal,
        ValueKind::Int(least, most) => {
            json!({ "type": "integer", "minimum": least, "maximum": most })
        }
        ValueKind::Bool => json!({ "type": "boolean" }),
        ValueKind::True => json!({ "const": true }),
        ValueKind::Date => json!({ "type": "string", "format": "date" }),
        ValueKind::Time => json!({ "type": "string", "format": "time" }),
        ValueKind::Duration | ValueKind::Delay => json!({ "type": ["integer", "string"] }),
        ValueKind::Choice(words) => json!({ "enum": words }),
        ValueKind::One(shape) => table(shape.all_keys()),
        ValueKind::Many(shape) => json!({ "type": "array", "items": table(shape.all_keys()) }),
        ValueKind::Map(of) => json!({ "type": "object", "additionalProperties": self::kind(of) }),
        ValueKind::List(of) => json!({ "type": "array", "items": self::kind(of) }),
        ValueKind::OneOrList(of) => {
            json!({ "anyOf": [self::kind(of), { "type": "array", "items": self::kind(of) }] })
        }
        ValueKind::Effects => json!({ "$ref": "#/$defs/effects" }),
        ValueKind::Tagged(_, shapes) => {
            let one = one_of(shapes.iter().map(|shape| shape.keys));
            json!({ "anyOf": [one, { "type": "array", "items": one }] })
        }
        ValueKind::Maker => one_of(MakerKind::ALL.iter().map(|kind| kind.keys())),
        ValueKind::Variable => json!({ "anyOf": [literal, table(VARIABLE.all_keys())] }),
        ValueKind::ColumnPair => json!({ "type": ["string", "object"] }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_says_what_the_loader_checks() {
        let schema = screen();
        assert_eq!(schema["required"], json!(["title", "map"]));
        assert_eq!(schema["additionalProperties"], json!(false));
        let rule = &schema["properties"]["on"]["additionalProperties"]["items"];
        assert!(
            rule["properties"]["goto"].is_object(),
            "effects of one key stand in a rule"
        );
        assert!(rule["properties"]["mark"].is_null(), "others do not");
        assert!(
            system()["properties"]["job"]["additionalProperties"]["properties"]["do"]["$ref"]
                .is_string()
        );
    }
}
