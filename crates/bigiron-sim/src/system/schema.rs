//! JSON Schemas (draft 2020-12) of the definition files, made from their shapes.

use super::shape::{EFFECTS, Key, Kind, MAKERS, SCREEN, SYSTEM, Shape, VARIABLE};
use serde_json::{Map, Value, json};

/// Of `system.toml`.
pub fn system() -> Value {
    document(&SYSTEM)
}

/// Of a screen's file.
pub fn screen() -> Value {
    document(&SCREEN)
}

/// Of `words.toml`.
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

/// Of a file of this shape.
pub(crate) fn document(shape: &'static Shape) -> Value {
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
pub(crate) fn table(keys: impl Iterator<Item = (&'static Key, bool)>) -> Value {
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

fn one_of(shapes: &'static [Shape]) -> Value {
    let shapes: Vec<Value> = shapes.iter().map(|shape| table(shape.all_keys())).collect();
    json!({ "anyOf": shapes })
}

fn effects() -> Value {
    json!({ "type": "array", "items": one_of(EFFECTS) })
}

fn kind(kind: &'static Kind) -> Value {
    let literal = json!({ "type": ["string", "number", "boolean"] });
    match kind {
        Kind::Text | Kind::Ref(_) | Kind::Template | Kind::Type => json!({ "type": "string" }),
        Kind::Expr | Kind::Literal => literal,
        Kind::Int(least, most) => json!({ "type": "integer", "minimum": least, "maximum": most }),
        Kind::Bool => json!({ "type": "boolean" }),
        Kind::True => json!({ "const": true }),
        Kind::Date => json!({ "type": "string", "format": "date" }),
        Kind::Time => json!({ "type": "string", "format": "time" }),
        Kind::Duration | Kind::Delay => json!({ "type": ["integer", "string"] }),
        Kind::Choice(words) => json!({ "enum": words }),
        Kind::One(shape) => table(shape.all_keys()),
        Kind::Many(shape) => json!({ "type": "array", "items": table(shape.all_keys()) }),
        Kind::Map(of) => json!({ "type": "object", "additionalProperties": self::kind(of) }),
        Kind::List(of) => json!({ "type": "array", "items": self::kind(of) }),
        Kind::OneOrList(of) => {
            json!({ "anyOf": [self::kind(of), { "type": "array", "items": self::kind(of) }] })
        }
        Kind::Effects => json!({ "$ref": "#/$defs/effects" }),
        Kind::Tagged(_, shapes) => {
            json!({ "anyOf": [one_of(shapes), { "type": "array", "items": one_of(shapes) }] })
        }
        Kind::Maker => one_of(MAKERS),
        Kind::Variable => json!({ "anyOf": [literal, table(VARIABLE.all_keys())] }),
        Kind::ColumnPair => json!({ "type": ["string", "object"] }),
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
