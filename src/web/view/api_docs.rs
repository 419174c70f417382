//! `/api/docs`: what the REST interface takes and answers.

use std::sync::Arc;

use askama::Template;

use super::shell::Frame;

/// The page. It needs no script and no sign-in.
#[derive(Clone, Debug, Template)]
#[template(path = "api_docs.html")]
pub struct ApiDocs {
    /// The document around it.
    pub frame: Frame,
    /// What it shows.
    pub api: Arc<ApiReference>,
}

/// The REST interface in words.
#[derive(Clone, Debug, Default)]
pub struct ApiReference {
    /// Its name.
    pub title: String,
    /// What it is for, a paragraph each.
    pub intro: Vec<Vec<Piece>>,
    /// How a request says whose it is.
    pub token: Vec<Piece>,
    /// What can be asked, by subject.
    pub groups: Vec<Group>,
    /// The documents that are sent and answered.
    pub schemas: Vec<Schema>,
}

/// A run of text, or of code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What is read.
    pub text: String,
    /// Whether it is code.
    pub is_code: bool,
}

/// Operations on one subject.
#[derive(Clone, Debug)]
pub struct Group {
    /// The subject.
    pub name: String,
    /// What it is.
    pub about: Vec<Piece>,
    /// Its operations.
    pub operations: Vec<Operation>,
}

/// One method on one address.
#[derive(Clone, Debug)]
pub struct Operation {
    /// Its anchor on the page.
    pub id: String,
    /// `GET`, `PUT`, `POST`.
    pub method: String,
    /// The address, parameters in braces.
    pub path: String,
    /// What it does, in a few words.
    pub summary: String,
    /// More about it; may be empty.
    pub about: Vec<Piece>,
    /// What the address carries.
    pub parameters: Vec<FieldRow>,
    /// What the body is.
    pub body: Option<TypeRef>,
    /// What it answers.
    pub responses: Vec<ResponseRow>,
    /// How to try it.
    pub sample: CodeSample,
}

/// A request that can be copied into a terminal.
#[derive(Clone, Debug)]
pub struct CodeSample {
    /// What it is a sample of, for those who do not see where it stands.
    pub label: String,
    /// The command.
    pub code: String,
}

/// One answer of an operation.
#[derive(Clone, Debug)]
pub struct ResponseRow {
    /// The HTTP status.
    pub status: String,
    /// What it means.
    pub about: Vec<Piece>,
    /// What its body is.
    pub body: Option<TypeRef>,
}

/// A document, or a value with rules of its own.
#[derive(Clone, Debug)]
pub struct Schema {
    /// Its anchor on the page.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it is.
    pub about: Vec<Piece>,
    /// What it is made of, for a value: `text`, with its rules.
    pub value: Option<TypeRef>,
    /// What is in it, for a document; required fields first.
    pub fields: Vec<FieldRow>,
    /// A whole one, as JSON.
    pub example: Option<CodeSample>,
}

/// A field of a document, or a parameter of an address.
#[derive(Clone, Debug)]
pub struct FieldRow {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: TypeRef,
    /// Whether it must be there.
    pub required: bool,
    /// What it means.
    pub about: Vec<Piece>,
}

/// What a value is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TypeRef {
    /// In words: `text`, `list of Line`.
    pub words: String,
    /// The anchor of its description, where it has one on the page.
    pub id: Option<String>,
    /// Its limits and words: `at most 100 characters`.
    pub rules: Vec<String>,
}
