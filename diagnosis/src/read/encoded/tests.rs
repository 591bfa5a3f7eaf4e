use super::*;

/// The address, and what it holds: form, address, name.
#[track_caller]
fn check(cases: &[(&str, &str)]) {
    for (address, expected) in cases {
        let written = Spanned::new((*address).to_owned(), Vec::new());
        let found = of(&written).map_or_else(
            || "-".to_owned(),
            |decoded| {
                let Decoded {
                    form,
                    address,
                    name,
                } = decoded.value;
                let parts = [Some(form.as_str().to_owned()), address, name];
                parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
            },
        );
        assert_eq!(&found, expected, "{address}");
    }
}

#[test]
fn exchange_writes_other_addresses_as_imcea() {
    check(&[
        (
            "IMCEAEX-_O=SHOP_OU=EXCHANGE+20ADMINISTRATIVE+20GROUP+20+28FYDIBOHF23SPDLT+29_CN=RECIPIENTS_CN=ana@shop.example",
            "imceaex /O=SHOP/OU=EXCHANGE ADMINISTRATIVE GROUP (FYDIBOHF23SPDLT)/CN=RECIPIENTS/CN=ana",
        ),
        (
            "imceaex-_o=Shop_cn=Recipients_cn=0f12-ana+5Flima@eur.prod.example",
            "imceaex /o=Shop/cn=Recipients/cn=0f12-ana_lima",
        ),
        (
            "IMCEASMTP-ana+40Firm+2Eexample@shop.example",
            "imceasmtp ana@firm.example",
        ),
        (
            "IMCEAX400-c+3DXX+3Ba+3D+20+3Bp+3DShop+3Bs+3DLima@shop.example",
            "imceax400 c=XX;a= ;p=Shop;s=Lima",
        ),
        (
            "IMCEAINVALID-Ana+20Lima+40firm+2Eexample@shop.example",
            "imceainvalid Ana Lima@firm.example",
        ),
        (
            "IMCEAINVALID-ana+40firm+2Eexample@shop.example",
            "imceainvalid ana@firm.example",
        ),
        ("IMCEAFAX-+2B1555@shop.example", "imcea +1555"),
        ("IMCEAEX-J+C3+BCrg@shop.example", "imceaex Jürg"),
        ("imcea@shop.example", "-"),
    ]);
}

#[test]
fn forwarders_write_the_sender_as_srs() {
    check(&[
        (
            "SRS0=HHH=TT=shop.example=ana@forwarder.example",
            "srs ana@shop.example",
        ),
        (
            "srs0+Ab/d=7Q=shop.example=ana=x@forwarder.example",
            "srs ana=x@shop.example",
        ),
        (
            "SRS0-a+b-=7Q=shop.example=ana-x@forwarder.example",
            "srs ana-x@shop.example",
        ),
        (
            "SRS1=GGG=forwarder.example==HHH=TT=shop.example=ana@second.example",
            "srs ana@shop.example",
        ),
        (
            "SRS1+GGG=forwarder.example=+HHH=TT=shop.example=ana@second.example",
            "srs ana@shop.example",
        ),
        (
            "bounces+SRS=4x2Ab=IX=shop.example=ana@forwarder.example",
            "srs ana@shop.example",
        ),
        (
            "SRS0=HHH=TT=shop.example=prvs=1234abcdef=ana@forwarder.example",
            "srs ana@shop.example",
        ),
        ("SRS0=HHH=TT@forwarder.example", "-"),
        ("srs0@forwarder.example", "-"),
    ]);
}

#[test]
fn bounce_tags_are_taken_off() {
    check(&[
        ("prvs=1234abcdef=ana@shop.example", "batv ana@shop.example"),
        ("prvs=1234abcdef/ana@shop.example", "batv ana@shop.example"),
        ("prvs=ana=1234abcdef@shop.example", "batv ana@shop.example"),
        ("prvs=ana/1234abcdef@shop.example", "batv ana@shop.example"),
        (
            "btv1==1234abcdef0==ana.x@shop.example",
            "batv ana.x@shop.example",
        ),
        (
            "msprvs1=17929_tNdvX=bounces-12@shop.example",
            "batv bounces-12@shop.example",
        ),
        ("prvs=ana@shop.example", "-"),
        ("prvs=ana=bo@shop.example", "-"),
    ]);
}

#[test]
fn lists_write_the_recipient_as_verp() {
    check(&[
        (
            "bounces+ana=firm.example@list.example",
            "verp ana@firm.example",
        ),
        (
            "list+ana+x=firm.example@list.example",
            "verp ana+x@firm.example",
        ),
        (
            "owner-news+ana=firm.example@list.example",
            "verp ana@firm.example",
        ),
        (
            "list-bounces-ana-m=firm.example@list.example",
            "verp ana-m@firm.example",
        ),
        (
            "news-return-123-ana=firm.example@list.example",
            "verp ana@firm.example",
        ),
        (
            "bounces+12345-ab-ana=firm.example@em.shop.example",
            "verp ana@firm.example",
        ),
        (
            "bounces+1234567-9f3c-ana-m=Firm.example@em.shop.example",
            "verp ana-m@firm.example",
        ),
        (
            "bounce-mc.us1_123.456-ana=firm.example@mail.list.example",
            "verp ana@firm.example",
        ),
        (
            "me+caf_=ana=firm.example@post.example",
            "forward ana@firm.example",
        ),
        (
            "team+bncBCABBXKRWMAKGQEABCDEFG@groups.example",
            "group team@groups.example",
        ),
        ("ana=firm.example@relay.example", "-"),
        ("ana-bo=firm.example@relay.example", "-"),
        ("me+shop=1@post.example", "-"),
        ("bounces+12345@list.example", "-"),
        ("me+bnc2026@post.example", "-"),
        ("ana@firm.example", "-"),
    ]);
}

#[test]
fn wrapping_for_transport_is_undone() {
    let cases = [
        ("ana+2Btag@firm.example", true, Some("ana+tag@firm.example")),
        (
            "ana+3Dx+20@firm.example",
            true,
            Some("ana=x+20@firm.example"),
        ),
        ("ana+2Btag@firm.example", false, None),
        ("ana+2023@firm.example", true, None),
        ("ana+40firm.example", false, Some("ana@firm.example")),
        (
            "\\x{5B57}\\x{7B26}@firm.example",
            false,
            Some("字符@firm.example"),
        ),
        (
            "a\\x{+}b\\x{110000}\\x{e9}@x",
            false,
            Some("a\\x{+}b\\x{110000}é@x"),
        ),
        ("\\x{5B57", true, Some("\\x{5B57")),
    ];
    for (written, is_original, expected) in cases {
        assert_eq!(
            unwrapped(written, is_original).as_deref(),
            expected,
            "{written}"
        );
    }
}
