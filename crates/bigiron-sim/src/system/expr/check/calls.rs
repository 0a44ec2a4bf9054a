//! Calls: what a name with arguments is, a question of the context, a method of a table or list, or a function.

use super::names::unknown;
use super::{Checker, Question, TypedExpr};
use crate::system::expr::Expr;
use crate::system::expr::ast::{Name, Node, NodeKind, Span};
use crate::system::expr::parse::ExprError;
use crate::system::expr::signature::TableMethod;
use crate::system::value::Type;

impl<'c, 'a: 'c> Checker<'c, 'a> {
    pub(super) fn method(
        &mut self,
        receiver: &'c Node,
        name: &Name,
        arguments: &'c [Node],
        span: &Span,
    ) -> Option<TypedExpr> {
        if let NodeKind::Name(scope) = &receiver.kind
            && self.names.questions.iter().any(|q| q.scope == scope)
        {
            return self.question(scope, name, arguments, span);
        }
        if let Some(table) = self.table(receiver) {
            return self.table_method(table, name, arguments, span);
        }
        let method = TableMethod::of_word(&name.text);
        if let Some(method) = method.filter(|method| method.is_of_lists()) {
            let list = self.node(receiver)?;
            if let Type::List(of) = &list.of {
                let of = (**of).clone();
                return self.list_method(method, list.expr, of, arguments, span);
            }
        }
        self.function(name, Some(receiver), arguments, span)
    }

    fn question(
        &mut self,
        scope: &str,
        name: &Name,
        arguments: &'c [Node],
        span: &Span,
    ) -> Option<TypedExpr> {
        let questions = self.names.questions;
        let asked = |q: &&Question| q.scope == scope;
        let Some(index) = questions
            .iter()
            .position(|q| asked(&q) && q.name == name.text)
        else {
            let known = questions.iter().filter(asked).map(|q| q.name);
            return self.fail(unknown(&format!("question to `{scope}`"), name, known));
        };
        let question = questions.get(index)?;
        if question.parameters.len() != arguments.len() {
            let message = format!(
                "`{}` is asked with {} values",
                name.text,
                question.parameters.len()
            );
            return self.fail(ExprError::new(span.clone(), message));
        }
        let arguments: Vec<_> = arguments
            .iter()
            .zip(&question.parameters)
            .map(|(a, of)| self.typed(a, of))
            .collect();
        let arguments = arguments.into_iter().collect::<Option<_>>()?;
        Some(TypedExpr {
            expr: Expr::Ask(index, arguments),
            of: question.of.clone(),
        })
    }
}
