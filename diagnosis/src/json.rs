//! JSON, as much of it as we write and read: links, answers of DNS, reports, messages between frames.
//! In the page every byte counts, and the general library weighs more than all of these together.

mod parse;

/// What can be written as JSON.
pub trait ToJson {
    /// Writes the value behind what is written already.
    fn write(&self, out: &mut String);

    /// The value alone.
    fn to_json(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }
}

/// Writes an object with these fields.
pub fn write_object(out: &mut String, fields: &[(&str, &dyn ToJson)]) {
    let mut opening = '{';
    for (name, value) in fields {
        out.push(opening);
        name.write(out);
        out.push(':');
        value.write(out);
        opening = ',';
    }
    if fields.is_empty() {
        out.push(opening);
    }
    out.push('}');
}

/// Says that a struct is written as an object, and which fields it has.
macro_rules! objects {
    ($($name:ident { $($field:ident $(as $written:literal)?),+ $(,)? })+) => {
        $(impl $crate::json::ToJson for $name {
            fn write(&self, out: &mut String) {
                // A field that is left out does not compile.
                let Self { $($field),+ } = self;
                $crate::json::write_object(out, &[
                    $((objects!(@ $field $($written)?), $field)),+
                ]);
            }
        })+
    };
    (@ $field:ident) => { stringify!($field) };
    (@ $field:ident $written:literal) => { $written };
}
pub(crate) use objects;

/// JSON that is written already.
#[derive(Debug)]
pub struct Written(String);

/// An array of these fields, without the nulls at its end.
#[must_use]
pub fn array(fields: &[&dyn ToJson]) -> Written {
    let mut out = String::from("[");
    let mut kept = out.len();
    for field in fields {
        if out.len() > 1 {
            out.push(',');
        }
        let start = out.len();
        field.write(&mut out);
        if out.get(start..) != Some(NULL) {
            kept = out.len();
        }
    }
    out.truncate(kept);
    out.push(']');
    Written(out)
}

const NULL: &str = "null";

impl ToJson for Written {
    fn write(&self, out: &mut String) {
        out.push_str(&self.0);
    }
}

impl ToJson for str {
    fn write(&self, out: &mut String) {
        out.push('"');
        for c in self.chars() {
            match c {
                '"' | '\\' => out.extend(['\\', c]),
                '\u{8}' => out.push_str("\\b"),
                '\t' => out.push_str("\\t"),
                '\n' => out.push_str("\\n"),
                '\u{c}' => out.push_str("\\f"),
                '\r' => out.push_str("\\r"),
                '\0'..' ' => {
                    let digit = |value| char::from_digit(value, 16).unwrap_or('0');
                    out.push_str("\\u00");
                    out.extend([digit(u32::from(c) >> 4), digit(u32::from(c) & 15)]);
                }
                _ => out.push(c),
            }
        }
        out.push('"');
    }
}

impl ToJson for String {
    fn write(&self, out: &mut String) {
        self.as_str().write(out);
    }
}

impl ToJson for bool {
    fn write(&self, out: &mut String) {
        out.push_str(if *self { "true" } else { "false" });
    }
}

macro_rules! numbers {
    ($($number:ident)+) => {
        $(impl ToJson for $number {
            fn write(&self, out: &mut String) {
                out.push_str(&self.to_string());
            }
        })+
    };
}
numbers!(u8 u16 u32 u64 usize i64);

impl<T: ToJson + ?Sized> ToJson for &T {
    fn write(&self, out: &mut String) {
        (**self).write(out);
    }
}

impl<T: ToJson> ToJson for Option<T> {
    fn write(&self, out: &mut String) {
        match self {
            Some(value) => value.write(out),
            None => out.push_str(NULL),
        }
    }
}

impl<T: ToJson> ToJson for [T] {
    fn write(&self, out: &mut String) {
        out.push('[');
        for (index, value) in self.iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            value.write(out);
        }
        out.push(']');
    }
}

impl<T: ToJson> ToJson for Vec<T> {
    fn write(&self, out: &mut String) {
        self.as_slice().write(out);
    }
}

impl<T: ToJson, const LENGTH: usize> ToJson for [T; LENGTH] {
    fn write(&self, out: &mut String) {
        self.as_slice().write(out);
    }
}

/// JSON that was read: its values in the order they stand, without nesting, so that no input is too
/// deep.
#[derive(Debug)]
pub struct Json(Vec<Node>);

#[derive(Debug)]
enum Node {
    Null,
    Boolean(bool),
    /// `None` where it has a fraction or is too large.
    Number(Option<i64>),
    Text(String),
    /// The number of nodes in it, all the way down.
    List(usize),
    /// As [`Node::List`]; keys are texts before their values.
    Object(usize),
}

impl Json {
    /// Reads one value; `None` where that is not what the text is (RFC 8259).
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        parse::nodes(text).map(Self)
    }

    /// The whole of it.
    #[must_use]
    pub fn value(&self) -> Value<'_> {
        Value(&self.0)
    }
}

/// A value in a [`Json`]; what is missing is one too, and reads like null.
#[derive(Clone, Copy, Debug)]
pub struct Value<'a>(&'a [Node]);

impl<'a> Value<'a> {
    /// The text that it is.
    #[must_use]
    pub fn text(self) -> Option<&'a str> {
        match self.0.first()? {
            Node::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The whole number that it is.
    #[must_use]
    pub fn integer(self) -> Option<i64> {
        match self.0.first()? {
            Node::Number(number) => *number,
            _ => None,
        }
    }

    /// The number that it is, where it is in the range of the type.
    #[must_use]
    pub fn number<T: TryFrom<i64>>(self) -> Option<T> {
        self.integer()?.try_into().ok()
    }

    /// Whether it is `true`.
    #[must_use]
    pub fn is_true(self) -> bool {
        matches!(self.0.first(), Some(Node::Boolean(true)))
    }

    /// Whether it is a list.
    #[must_use]
    pub fn is_list(self) -> bool {
        matches!(self.0.first(), Some(Node::List(_)))
    }

    /// What is in a list, or keys and values of an object by turns; nothing where it is neither.
    pub fn items(self) -> impl Iterator<Item = Self> {
        let mut rest = match self.0.split_first() {
            Some((Node::List(size) | Node::Object(size), inside)) => inside.get(..*size),
            _ => None,
        }
        .unwrap_or_default();
        std::iter::from_fn(move || {
            let size = match rest.first()? {
                Node::List(size) | Node::Object(size) => size + 1,
                _ => 1,
            };
            let (item, behind) = rest.split_at_checked(size)?;
            rest = behind;
            Some(Self(item))
        })
    }

    /// An item of a list.
    #[must_use]
    pub fn item(self, index: usize) -> Self {
        self.items().nth(index).unwrap_or(Self(&[]))
    }

    /// A field of an object.
    #[must_use]
    pub fn field(self, name: &str) -> Self {
        if !matches!(self.0.first(), Some(Node::Object(_))) {
            return Self(&[]);
        }
        let mut items = self.items();
        while let (Some(key), Some(value)) = (items.next(), items.next()) {
            if key.text() == Some(name) {
                return value;
            }
        }
        Self(&[])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_escaped_as_everybody_escapes_them() {
        let all: String = ('\0'..='\u{ff}').chain(['\u{2028}', '😀']).collect();
        assert_eq!(all.to_json(), serde_json::to_string(&all).expect("a text"));
        let read = Json::read(&all.to_json()).expect("JSON");
        assert_eq!(read.value().text(), Some(all.as_str()));
    }

    #[test]
    fn an_array_drops_the_nulls_at_its_end_only() {
        let nothing = None::<u16>;
        assert_eq!(array(&[]).to_json(), "[]");
        assert_eq!(array(&[&nothing, &nothing]).to_json(), "[]");
        let inner = array(&[&nothing, &7_u16, &nothing]);
        let outer = array(&[&nothing, &"null", &inner, &vec![true], &nothing]);
        assert_eq!(outer.to_json(), r#"[null,"null",[null,7],[true]]"#);
    }

    #[test]
    fn fields_and_items_are_found_behind_what_is_nested() {
        let json = Json::read(r#" {"a": [1, {"b": [[], "x"]}, -2.5], "c": true, "a": 0} "#);
        let json = json.expect("JSON");
        let list = json.value().field("a");
        assert!(list.is_list() && json.value().field("c").is_true());
        assert_eq!(list.item(0).number::<u8>(), Some(1));
        assert_eq!(list.item(1).field("b").item(1).text(), Some("x"));
        assert_eq!(list.item(2).integer(), None);
        assert_eq!(list.item(3).field("b").items().count(), 0);
        assert_eq!(list.items().count(), 3);
    }
}
