//! Text to tree: the syntax of the expression language.
//!
//! ```text
//! expression = or [ "?" expression ":" expression ]
//! or         = and  { "||" and }               and = relation { "&&" relation }
//! relation   = sum  { ("==" "!=" "<" "<=" ">" ">=" "in") sum }
//! sum        = product { ("+" "-") product }   product = unary { ("*" "/" "%") unary }
//! unary      = ("!" | "-") unary | primary { "." name [ "(" arguments ")" ] | "[" expression "]" }
//! primary    = number | text | "true" | "false" | name [ "(" arguments ")" ] | "(" expression ")" | "[" list "]"
//! ```

use super::ast::{Name, Node, NodeKind, OPERATORS, Operator, Span};
use super::lex::{Lexer, Token};
use crate::system::value::Decimal;

/// The deepest tree.
pub const MAX_DEPTH: usize = 64;
/// The most parts of one expression.
pub const MAX_NODES: usize = 4096;

/// Why a text is not a valid expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExprError {
    /// Its place in the text.
    pub span: Span,
    /// What is wrong.
    pub message: String,
    /// A remedy, if one is known.
    pub help: Option<String>,
}

impl ExprError {
    pub(super) fn new(span: Span, message: impl Into<String>) -> ExprError {
        ExprError {
            span,
            message: message.into(),
            help: None,
        }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> ExprError {
        self.help = Some(help.into());
        self
    }
}

/// Parses a whole text as one expression.
pub fn parse(text: &str) -> Result<Node, ExprError> {
    let mut parser = Parser {
        lexer: Lexer::new(text),
        token: Token::End,
        span: 0..0,
        end: 0,
        nodes: 0,
        depth: 0,
    };
    parser.advance()?;
    let node = parser.expression()?;
    match parser.token {
        Token::End => Ok(node),
        _ => Err(parser.unexpected("the end of the expression or an operator")),
    }
}

struct Parser<'t> {
    lexer: Lexer<'t>,
    /// The next token, not yet taken.
    token: Token,
    span: Span,
    /// Where the token before it ended.
    end: usize,
    nodes: usize,
    depth: usize,
}

impl Parser<'_> {
    fn advance(&mut self) -> Result<Token, ExprError> {
        self.end = self.span.end;
        let (next, span) = self.lexer.next()?;
        self.span = span;
        Ok(std::mem::replace(&mut self.token, next))
    }

    fn unexpected(&self, wanted: &str) -> ExprError {
        match &self.token {
            Token::End => ExprError::new(
                self.span.clone(),
                format!("the expression ends where {wanted} should follow"),
            ),
            Token::Sign("=") => ExprError::new(self.span.clone(), "`=` is no operator")
                .help("write `==` to compare"),
            _ => ExprError::new(self.span.clone(), format!("expected {wanted}")),
        }
    }

    fn takes(&mut self, sign: &str) -> Result<bool, ExprError> {
        let found = matches!(self.token, Token::Sign(s) if s == sign);
        if found {
            self.advance()?;
        }
        Ok(found)
    }

    fn expect(&mut self, sign: &str) -> Result<(), ExprError> {
        if self.takes(sign)? {
            Ok(())
        } else {
            Err(self.unexpected(&format!("`{sign}`")))
        }
    }

    fn node(&mut self, start: usize, kind: NodeKind) -> Result<Node, ExprError> {
        let span = start..self.end;
        self.nodes += 1;
        let height = 1 + children(&kind).map(|n| n.height).max().unwrap_or(0);
        if self.nodes > MAX_NODES {
            return Err(ExprError::new(
                span,
                format!("the expression has more than {MAX_NODES} parts"),
            ));
        }
        if height > MAX_DEPTH {
            return Err(too_deep(span));
        }
        Ok(Node { kind, span, height })
    }

    /// Parses something nested, no deeper than the bound, so that no input exhausts the stack.
    fn nested<T>(
        &mut self,
        parse: impl FnOnce(&mut Self) -> Result<T, ExprError>,
    ) -> Result<T, ExprError> {
        if self.depth == MAX_DEPTH {
            return Err(too_deep(self.span.clone()));
        }
        self.depth += 1;
        let result = parse(self);
        self.depth -= 1;
        result
    }

    fn expression(&mut self) -> Result<Node, ExprError> {
        self.nested(|p| {
            let start = p.span.start;
            let condition = p.binary(0)?;
            if !p.takes("?")? {
                return Ok(condition);
            }
            let yes = p.expression()?;
            p.expect(":")?;
            let no = p.expression()?;
            p.node(
                start,
                NodeKind::If(Box::new(condition), Box::new(yes), Box::new(no)),
            )
        })
    }

    /// Operands joined by operators that bind tighter than a bound; those of one strength from left to right.
    fn binary(&mut self, looser: u8) -> Result<Node, ExprError> {
        let start = self.span.start;
        let mut left = self.unary()?;
        while let Some((operator, strength)) =
            self.operator().filter(|(_, strength)| *strength > looser)
        {
            self.advance()?;
            let right = self.nested(|p| p.binary(strength))?;
            left = self.node(
                start,
                NodeKind::Binary(operator, Box::new(left), Box::new(right)),
            )?;
        }
        Ok(left)
    }

    fn operator(&self) -> Option<(Operator, u8)> {
        let Token::Sign(sign) = self.token else {
            return None;
        };
        OPERATORS
            .iter()
            .find(|(_, s, _)| *s == sign)
            .map(|(operator, _, strength)| (*operator, *strength))
    }

    fn unary(&mut self) -> Result<Node, ExprError> {
        let start = self.span.start;
        if self.takes("!")? {
            let operand = self.nested(Self::unary)?;
            return self.node(start, NodeKind::Not(Box::new(operand)));
        }
        if !self.takes("-")? {
            return self.postfix();
        }
        if let Token::Number(digits) = &self.token {
            let number = format!("-{digits}");
            return self.number(start, &number);
        }
        let operand = self.nested(Self::unary)?;
        self.node(start, NodeKind::Negate(Box::new(operand)))
    }

    fn postfix(&mut self) -> Result<Node, ExprError> {
        let start = self.span.start;
        let mut node = self.primary()?;
        loop {
            if self.takes(".")? {
                let name = self.name("a name after the point")?;
                let of = Box::new(node);
                let kind = match self.arguments()? {
                    Some(arguments) => NodeKind::Call(Some(of), name, arguments),
                    None => NodeKind::Member(of, name),
                };
                node = self.node(start, kind)?;
            } else if self.takes("[")? {
                let index = self.expression()?;
                self.expect("]")?;
                node = self.node(start, NodeKind::Index(Box::new(node), Box::new(index)))?;
            } else {
                return Ok(node);
            }
        }
    }

    fn name(&mut self, wanted: &str) -> Result<Name, ExprError> {
        let span = self.span.clone();
        match &self.token {
            Token::Name(name) => {
                let text = name.clone();
                self.advance()?;
                Ok(Name { text, span })
            }
            _ => Err(self.unexpected(wanted)),
        }
    }

    fn arguments(&mut self) -> Result<Option<Vec<Node>>, ExprError> {
        if self.takes("(")? {
            self.list(")").map(Some)
        } else {
            Ok(None)
        }
    }

    fn list(&mut self, close: &str) -> Result<Vec<Node>, ExprError> {
        let mut nodes = Vec::new();
        while !self.takes(close)? {
            if !nodes.is_empty() {
                self.expect(",")?;
            }
            nodes.push(self.expression()?);
        }
        Ok(nodes)
    }

    fn number(&mut self, start: usize, number: &str) -> Result<Node, ExprError> {
        self.advance()?;
        let places = number.split_once('.').map(|(_, places)| places.len());
        let kind = match places {
            None => number.parse().ok().map(NodeKind::Int),
            Some(places) => u8::try_from(places)
                .ok()
                .filter(|scale| *scale <= Decimal::MAX_SCALE)
                .and_then(|scale| Decimal::parse(number, scale))
                .map(NodeKind::Decimal),
        };
        let kind = kind.ok_or_else(|| ExprError::new(start..self.end, too_large(places)))?;
        self.node(start, kind)
    }

    fn primary(&mut self) -> Result<Node, ExprError> {
        let start = self.span.start;
        match self.token.clone() {
            Token::Number(digits) => self.number(start, &digits),
            Token::Text(text) => {
                self.advance()?;
                self.node(start, NodeKind::Text(text))
            }
            Token::Name(name) => {
                let name = Name {
                    text: name,
                    span: self.span.clone(),
                };
                self.advance()?;
                let kind = match (name.text.as_str(), self.arguments()?) {
                    (_, Some(arguments)) => NodeKind::Call(None, name, arguments),
                    ("true", None) => NodeKind::Bool(true),
                    ("false", None) => NodeKind::Bool(false),
                    (_, None) => NodeKind::Name(name.text),
                };
                self.node(start, kind)
            }
            Token::Sign("(") => {
                self.advance()?;
                let node = self.expression()?;
                self.expect(")")?;
                Ok(node)
            }
            Token::Sign("[") => {
                self.advance()?;
                let elements = self.list("]")?;
                self.node(start, NodeKind::List(elements))
            }
            _ => Err(self.unexpected("a value")),
        }
    }
}

fn too_deep(span: Span) -> ExprError {
    ExprError::new(
        span,
        format!("the expression is more than {MAX_DEPTH} levels deep"),
    )
}

fn too_large(places: Option<usize>) -> String {
    match places {
        Some(places) if places > usize::from(Decimal::MAX_SCALE) => {
            format!(
                "a decimal has at most {} places after the point",
                Decimal::MAX_SCALE
            )
        }
        _ => "the number is too large".into(),
    }
}

fn children(kind: &NodeKind) -> impl Iterator<Item = &Node> {
    let (boxed, listed): (Vec<&Node>, &[Node]) = match kind {
        NodeKind::Int(_)
        | NodeKind::Decimal(_)
        | NodeKind::Text(_)
        | NodeKind::Bool(_)
        | NodeKind::Name(_) => (vec![], &[]),
        NodeKind::Member(of, _) | NodeKind::Not(of) | NodeKind::Negate(of) => (vec![of], &[]),
        NodeKind::Index(a, b) | NodeKind::Binary(_, a, b) => (vec![a, b], &[]),
        NodeKind::If(a, b, c) => (vec![a, b, c], &[]),
        NodeKind::Call(receiver, _, arguments) => {
            (receiver.as_deref().into_iter().collect(), arguments)
        }
        NodeKind::List(elements) => (vec![], elements),
    };
    boxed.into_iter().chain(listed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(text: &str) -> String {
        match parse(text) {
            Ok(node) => node.to_string(),
            Err(error) => format!("{:?}: {}", error.span, error.message),
        }
    }

    #[test]
    fn operators_bind_as_in_cel() {
        assert_eq!(
            shown("a || b && !c == d + 1 * -2"),
            "a || (b && ((!c) == (d + ((1) * (-2)))))"
        );
        assert_eq!(shown("a - b - c"), "(a - b) - c");
        assert_eq!(shown("a ? b : c ? d : e"), "a ? b : (c ? d : e)");
        assert_eq!(shown("x in ['A', \"B\"]"), "x in ['A', 'B']");
        assert_eq!(
            shown("T[[a, 1]].c.startsWith('D')"),
            "T[[a, 1]].c.startsWith('D')"
        );
    }

    #[test]
    fn a_fault_is_where_it_stands() {
        assert_eq!(shown("form.a = 1"), "7..8: `=` is no operator");
        assert_eq!(
            shown("form."),
            "5..5: the expression ends where a name after the point should follow"
        );
        assert_eq!(shown("'abc"), "0..4: the text has no closing quote");
        assert_eq!(
            shown("a b"),
            "2..3: expected the end of the expression or an operator"
        );
        assert_eq!(
            shown("1.1234567"),
            "0..9: a decimal has at most 6 places after the point"
        );
        assert_eq!(
            shown("99999999999999999999"),
            "0..20: the number is too large"
        );
        assert_eq!(shown("a # b"), "2..3: `#` has no meaning in an expression");
    }

    #[test]
    fn deep_and_long_expressions_are_refused() {
        for (open, close) in [
            ("(", ")"),
            ("[", "]"),
            ("!", ""),
            ("-", ""),
            ("a ? b : ", ""),
            ("f(", ")"),
        ] {
            let text = format!("{}1{}", open.repeat(100_000), close.repeat(100_000));
            assert!(shown(&text).ends_with("more than 64 levels deep"), "{open}");
        }
        assert!(shown(&vec!["a"; 100_000].join(" + ")).ends_with("more than 64 levels deep"));
        assert!(shown(&format!("[{}]", "1,".repeat(100_000))).ends_with("more than 4096 parts"));
    }

    fn name() -> impl Strategy<Value = Name> {
        "[a-z_][a-zA-Z0-9_]{0,6}"
            .prop_filter("a word of the language", |n| {
                !matches!(n.as_str(), "in" | "true" | "false")
            })
            .prop_map(|text| Name { text, span: 0..0 })
    }

    fn tree() -> impl Strategy<Value = Node> {
        let leaf = prop_oneof![
            any::<i64>().prop_map(NodeKind::Int),
            (any::<i64>(), 1u8..=6)
                .prop_map(|(units, scale)| NodeKind::Decimal(Decimal { units, scale })),
            any::<String>().prop_map(NodeKind::Text),
            any::<bool>().prop_map(NodeKind::Bool),
            name().prop_map(|n| NodeKind::Name(n.text)),
        ];
        let node = |kind| Node {
            kind,
            span: 0..0,
            height: 1,
        };
        leaf.prop_map(node).prop_recursive(5, 64, 4, move |inner| {
            let boxed = inner.clone().prop_map(Box::new);
            let list = prop::collection::vec(inner, 0..4);
            let operator = prop::sample::select(OPERATORS.map(|(operator, ..)| operator).to_vec());
            prop_oneof![
                (boxed.clone(), name()).prop_map(|(a, n)| NodeKind::Member(a, n)),
                (boxed.clone(), boxed.clone()).prop_map(|(a, b)| NodeKind::Index(a, b)),
                (prop::option::of(boxed.clone()), name(), list.clone())
                    .prop_map(|(r, n, a)| NodeKind::Call(r, n, a)),
                list.prop_map(NodeKind::List),
                boxed.clone().prop_map(NodeKind::Not),
                boxed.clone().prop_map(NodeKind::Negate),
                (operator, boxed.clone(), boxed.clone())
                    .prop_map(|(o, a, b)| NodeKind::Binary(o, a, b)),
                (boxed.clone(), boxed.clone(), boxed).prop_map(|(a, b, c)| NodeKind::If(a, b, c)),
            ]
            .prop_map(node)
        })
    }

    proptest! {
        #[test]
        fn what_is_printed_parses_to_the_same_tree(tree in tree()) {
            let text = tree.to_string();
            let parsed = parse(&text).map_err(|e| TestCaseError::fail(format!("{text}: {e:?}")))?;
            prop_assert_eq!(parsed, tree, "{}", text);
        }

        #[test]
        fn any_text_is_parsed_or_refused_inside_it(text in "\\PC{0,40}|[a-c0-9.'\"()\\[\\]!&|?:<>=+*/% -]{0,40}") {
            if let Err(error) = parse(&text) {
                prop_assert!(error.span.start <= error.span.end && error.span.end <= text.len());
                prop_assert!(text.is_char_boundary(error.span.start) && text.is_char_boundary(error.span.end));
            }
        }
    }
}
