use opi_core::json::*;
#[test]
fn t() {
    for f in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/nexo")).unwrap() {
        let p = f.unwrap().path();
        let b = std::fs::read(&p).unwrap();
        println!("{p:?} {:?}", Document::parse(&b));
    }
    for (text, want) in [
        ("10.990", Ok("10.99")),
        ("1.099e1", Ok("10.99")),
        ("100e-2", Ok("1")),
        ("0e99", Ok("0")),
        ("1e20", Err(NumberError::TooLarge)),
        ("1e-13", Err(NumberError::TooPrecise)),
    ] {
        let n = Document::parse(text.as_bytes()).unwrap().root().number().unwrap();
        assert_eq!(n.decimal().map(|d| d.to_string()), want.map(str::to_owned));
    }
    let mut b = [0; 100];
    let mut w = Writer::new(&mut b);
    w.begin_object();
    w.name("a");
    w.begin_array();
    w.integer(-1);
    w.text("x\"\u{1}");
    w.end_array();
    w.name("b");
    w.begin_object();
    w.end_object();
    w.end_object();
    let n = w.finish().unwrap();
    assert_eq!(std::str::from_utf8(&b[..n]).unwrap(), r#"{"a":[-1,"x\"\u0001"],"b":{}}"#);
}
