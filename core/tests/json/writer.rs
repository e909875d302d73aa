//! What is written is read again, and nothing else can be written.

use std::fmt;

use opi_core::json::{Document, Limits, Reader, Str, Token, WriteError, Writer};
use opi_core::limits::JSON_DEPTH;
use opi_core::money::Decimal;
use proptest::prelude::*;

use crate::tree::{Tree, ours, theirs};

fn write(tree: &Tree, to: &mut Writer<'_>) {
    match tree {
        Tree::Object(members) => {
            to.begin_object();
            for (name, value) in members {
                to.name(name.as_str());
                write(value, to);
            }
            to.end_object();
        }
        Tree::Array(elements) => {
            to.begin_array();
            elements.iter().for_each(|element| write(element, to));
            to.end_array();
        }
        Tree::Text(text) => to.text(text.as_str()),
        Tree::Number(number) => match number.parse() {
            Ok(integer) => to.integer(integer),
            Err(_) => to.decimal(Decimal::parse(number).unwrap()),
        },
        Tree::Boolean(boolean) => to.boolean(*boolean),
        Tree::Null => to.null(),
    }
}

fn written(write: impl Fn(&mut Writer<'_>)) -> Result<String, WriteError> {
    let mut buffer = vec![0; 64 * 1024];
    let mut writer = Writer::new(&mut buffer);
    write(&mut writer);
    let length = writer.finish()?;
    Ok(String::from_utf8(buffer[..length].to_vec()).unwrap())
}

#[test]
fn compact_and_minimal() {
    let document = written(|to| {
        to.begin_object();
        to.name("empty");
        to.begin_object();
        to.end_object();
        to.name("list");
        to.begin_array();
        to.text("\"\\/\u{0}\u{8}\t\n\u{b}\u{c}\r\u{1f}\u{7f}é\u{2028}😀");
        to.text_fmt(format_args!("{}\"{}", 1, 2));
        to.integer(i64::MIN);
        to.decimal(Decimal::parse("10.990").unwrap());
        to.decimal(Decimal::parse("1.00").unwrap());
        to.boolean(true);
        to.boolean(false);
        to.null();
        to.begin_array();
        to.end_array();
        to.end_array();
        to.end_object();
    });
    let expected = "{\"empty\":{},\"list\":[\"\\\"\\\\/\\u0000\\b\\t\\n\\u000b\\f\\r\\u001f\u{7f}é\u{2028}😀\",\"1\\\"2\",\
        -9223372036854775808,10.99,1,true,false,null,[]]}";
    assert_eq!(document.as_deref(), Ok(expected));
}

#[test]
fn values_and_texts_are_handed_on() {
    let read = Document::parse(b" { \"na\\u006De\\/\" : [ 1.0e0 , {\"a\" :\"\\u00e9\"} ] } ").unwrap();
    let (name, value) = read.root().object().unwrap().into_iter().next().unwrap();
    let document = written(|to| {
        to.begin_array();
        to.begin_object();
        to.name(name);
        to.value(value);
        to.end_object();
        to.text(name);
        to.end_array();
    });
    assert_eq!(document.as_deref(), Ok("[{\"name/\":[ 1.0e0 , {\"a\" :\"\\u00e9\"} ]},\"name/\"]"));
}

/// One call of a writer.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Call {
    BeginObject,
    EndObject,
    BeginArray,
    EndArray,
    Name,
    Value,
}

impl Call {
    const ALL: [Self; 6] =
        [Self::BeginObject, Self::EndObject, Self::BeginArray, Self::EndArray, Self::Name, Self::Value];
}

/// What is left behind a value at the front of the calls, if there is one.
fn behind_value(calls: &[Call]) -> Option<&[Call]> {
    let (first, mut rest) = calls.split_first()?;
    match first {
        Call::Value => Some(rest),
        Call::BeginArray => loop {
            match rest {
                [Call::EndArray, rest @ ..] => return Some(rest),
                _ => rest = behind_value(rest)?,
            }
        },
        Call::BeginObject => loop {
            match rest {
                [Call::EndObject, rest @ ..] => return Some(rest),
                [Call::Name, member @ ..] => rest = behind_value(member)?,
                _ => return None,
            }
        },
        _ => None,
    }
}

/// A document comes out exactly if the calls are one, whatever is called in which order.
#[test]
fn every_short_sequence_of_calls() {
    let mut documents = 0;
    for length in 0..=7_u32 {
        for number in 0..Call::ALL.len().pow(length) {
            let mut rest = number;
            let calls: Vec<Call> = (0..length)
                .map(|_| {
                    let call = Call::ALL[rest % Call::ALL.len()];
                    rest /= Call::ALL.len();
                    call
                })
                .collect();
            let mut buffer = [0; 64];
            let mut writer = Writer::new(&mut buffer);
            for (place, call) in calls.iter().enumerate() {
                match call {
                    Call::BeginObject => writer.begin_object(),
                    Call::EndObject => writer.end_object(),
                    Call::BeginArray => writer.begin_array(),
                    Call::EndArray => writer.end_array(),
                    Call::Name => writer.name(["a", "b", "c", "d", "e", "f", "g"][place]),
                    Call::Value => writer.integer(1),
                }
            }
            let finished = writer.finish();
            if behind_value(&calls) != Some(&[]) {
                assert_eq!(finished, Err(WriteError::Place), "{calls:?}");
                continue;
            }
            documents += 1;
            let mut reader = Reader::new(&buffer[..finished.unwrap()], Limits::default());
            for call in calls {
                let token = match reader.next().unwrap().unwrap() {
                    Token::BeginObject => Call::BeginObject,
                    Token::EndObject => Call::EndObject,
                    Token::BeginArray => Call::BeginArray,
                    Token::EndArray => Call::EndArray,
                    Token::Name(_) => Call::Name,
                    _ => Call::Value,
                };
                assert_eq!(token, call);
            }
            assert!(reader.next().unwrap().is_none());
        }
    }
    assert!(documents > 50, "{documents}");
}

#[test]
fn misuse_is_told_at_the_end() {
    let nested = |depth: u8| {
        move |to: &mut Writer<'_>| {
            (0..depth).for_each(|_| to.begin_array());
            (0..depth).for_each(|_| to.end_array());
        }
    };
    assert!(written(nested(JSON_DEPTH)).is_ok());
    assert_eq!(written(nested(JSON_DEPTH + 1)), Err(WriteError::Depth));

    struct Broken;
    impl fmt::Display for Broken {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            Err(fmt::Error)
        }
    }
    assert_eq!(written(|to| to.text_fmt(Broken)), Err(WriteError::Display));
    // The first thing that goes wrong is told.
    let mut writer = Writer::new(&mut []);
    writer.null();
    writer.end_object();
    assert_eq!((writer.written(), writer.finish()), (0, Err(WriteError::Full)));
}

fn tree() -> impl Strategy<Value = Tree> {
    let leaf = prop_oneof![
        Just(Tree::Null),
        any::<bool>().prop_map(Tree::Boolean),
        any::<String>().prop_map(Tree::Text),
        "[a-z\"\\\\\u{0}-\u{1f}é😀]{0,6}".prop_map(Tree::Text),
        any::<i64>().prop_map(|number| Tree::Number(number.to_string())),
        (any::<u64>(), 0..=12_u8)
            .prop_map(|(digits, scale)| Tree::Number(Decimal::new(digits, scale).unwrap().to_string())),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        let name = prop_oneof!["[a-c]{1,3}", any::<String>()];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Tree::Array),
            prop::collection::btree_map(name, inner, 0..6)
                .prop_map(|members| Tree::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

    #[test]
    fn what_is_written_is_read(tree in tree()) {
        let document = written(|to| write(&tree, to)).unwrap();
        prop_assert_eq!(&ours(document.as_bytes(), Limits::default()).unwrap(), &tree);
        prop_assert_eq!(&theirs(document.as_bytes()).unwrap(), &tree);

        let mut counting = Writer::counting();
        write(&tree, &mut counting);
        prop_assert_eq!(counting.finish(), Ok(document.len()));
        // The buffer may be exactly as long; one byte less is too short, and nothing is written beyond what fits.
        for (room, expected) in [(document.len(), Ok(document.len())), (document.len() - 1, Err(WriteError::Full))] {
            let mut buffer = vec![0xaa; room];
            let mut writer = Writer::new(&mut buffer);
            write(&tree, &mut writer);
            let length = writer.written();
            prop_assert_eq!(writer.finish(), expected);
            prop_assert_eq!(&buffer[..length], &document.as_bytes()[..length]);
            prop_assert!(buffer[length..].iter().all(|&byte| byte == 0xaa));
        }
    }

    /// A text is the same whether it comes from a document or from here.
    #[test]
    fn one_spelling(text in any::<String>()) {
        let from_here = written(|to| to.text(text.as_str())).unwrap();
        let theirs = serde_json::to_string(&text).unwrap();
        prop_assert_eq!(&from_here, &theirs);
        let read: Str<'_> = Document::parse(from_here.as_bytes()).unwrap().root().text().unwrap();
        prop_assert_eq!(written(|to| to.text(read)).unwrap(), theirs);
    }
}
