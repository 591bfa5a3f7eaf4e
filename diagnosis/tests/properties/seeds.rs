//! Our own pastes: those of the tests' cases and of the page's examples. The tests of properties,
//! the fuzz corpus and the benchmark start from them.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// One paste.
#[derive(Clone, Debug)]
pub(crate) struct Seed {
    /// The folder that it comes from: what shape it has.
    pub(crate) group: &'static str,
    /// The name of its file, without the extension.
    pub(crate) name: String,
    /// The paste.
    pub(crate) paste: String,
}

/// All of them, in the order of their names, below the root of the checkout.
pub(crate) fn all(root: &Path) -> io::Result<Vec<Seed>> {
    let mut seeds = Vec::new();
    for (group, folder, cut) in FOLDERS {
        let mut files: Vec<PathBuf> = fs::read_dir(root.join(folder))?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<io::Result<_>>()?;
        files.sort();
        for file in files {
            let name = file.file_stem().unwrap_or_default().to_string_lossy();
            let text = fs::read_to_string(&file)?;
            seeds.push(Seed {
                group,
                name: name.into_owned(),
                paste: cut(&text).to_owned(),
            });
        }
    }
    seeds.extend(replies(&fs::read_to_string(root.join(REPLIES))?));
    Ok(seeds)
}

/// The group, its folder, and what in a file is the paste.
type Folder = (&'static str, &'static str, fn(&str) -> &str);

const FOLDERS: [Folder; 6] = [
    ("mail", "frontend/examples", |text| text),
    ("facts", "diagnosis/tests/cases/read/facts", above_the_ruler),
    ("log", "diagnosis/tests/cases/read/log", above_the_ruler),
    (
        "transcript",
        "diagnosis/tests/cases/read/transcript",
        above_the_ruler,
    ),
    (
        "webhook",
        "diagnosis/tests/cases/read/webhook",
        below_the_dashes,
    ),
    ("dns", "diagnosis/tests/cases/dns", section_paste),
];

const REPLIES: &str = "diagnosis/tests/cases/replies.txt";

/// A remark, the paste, a ruler, what is read from it.
fn above_the_ruler(text: &str) -> &str {
    let paste = text.split_once('\n').map_or(text, |(_, paste)| paste);
    paste
        .split_once("\n=====\n")
        .map_or(paste, |(paste, _)| paste)
}

/// What is read from it, dashes, the paste.
fn below_the_dashes(text: &str) -> &str {
    text.split_once("\n---\n").map_or(text, |(_, paste)| paste)
}

fn section_paste(text: &str) -> &str {
    let behind = text.split_once("--- paste\n").map_or(text, |(_, it)| it);
    behind.split_once("\n--- ").map_or(behind, |(it, _)| it)
}

/// A reason, a bar, the reply with its line ends written as `\n`.
fn replies(text: &str) -> impl Iterator<Item = Seed> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let pastes = lines.filter_map(|line| line.split_once(" | "));
    pastes.enumerate().map(|(at, (reason, reply))| Seed {
        group: "reply",
        name: format!("{at:03}-{}", reason.replace(' ', "-")),
        paste: reply.replace("\\n", "\n"),
    })
}

/// The fragments of links that were made once.
pub(crate) fn links(root: &Path) -> io::Result<Vec<String>> {
    let text = fs::read_to_string(root.join("diagnosis/src/share/golden.txt"))?;
    Ok(text.lines().map(str::to_owned).collect())
}

/// What stands in a link, before it is packed.
pub(crate) fn link_bodies() -> Vec<String> {
    [
        r#"[2,2,"Postfix",null,null,[[29,5,3,1,1,3,null,null,"a***@firm.example","5.1.1",550,"550 5.1.1 User unknown",6]]]"#,
        r#"[2,4,null,"mx.shop.example","2026-11-24T10:00:00Z",[[7,1,2,1,0,3,"google",3,null,"5.7.26",550,null,7,"mx.firm.example","192.0.2.10",1,null,null,null]],["203.0.113.25","out.shop.example","shop.example","shop.example",[["shop.example","mail"]]],[[3,2,1,"shop.example",[0],null,[[1,"shop.example"],[2,["a.example"]],[3,5]],"v=spf1","shop.example",16,1,"v=spf1 -all",300,0,1]],1795514400,1]"#,
    ]
    .map(str::to_owned)
    .into()
}

/// Bodies of answers, one for each type of record and for what goes wrong.
pub(crate) fn dns_answers() -> Vec<String> {
    let records = [
        (1, "192.0.2.10"),
        (1, "10.0.0.1"),
        (28, "2001:db8::10"),
        (15, "10 mx1.firm.example."),
        (15, "0 ."),
        (12, "out.shop.example."),
        (2, "ns1.firm.example."),
        (5, "other.example."),
        (
            52,
            "3 1 1 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        ),
        (
            16,
            r#"\"v=spf1 ip4:203.0.113.0/24 include:_spf.shop.example redirect=other.example -all\""#,
        ),
        (16, r#"\"v=DMARC1; p=reject; \" \"sp=none\""#),
        (16, r#"\"v=DKIM1; k=rsa; p=\""#),
    ];
    let answer = |(number, data): &(u16, &str)| {
        format!(
            r#"{{"Status":0,"AD":true,"Answer":[{{"name":"firm.example.","type":{number},"TTL":300,"data":"{data}"}}]}}"#
        )
    };
    let mut bodies: Vec<String> = records.iter().map(answer).collect();
    bodies.extend([0, 2, 3, 5].map(|status| format!(r#"{{"Status":{status}}}"#)));
    bodies.push(r#"{"Status":2,"extended_dns_errors":[{"info_code":22,"extra_text":"no servers"}],"Comment":"demonstration zone"}"#.to_owned());
    bodies
}

/// Zones of our own to start from: the first line is the record that is evaluated, every other a
/// record that some name has.
pub(crate) const SPF_ZONES: [&str; 8] = [
    "v=spf1 include:a.example mx a:b.example/24//64 ip4:192.0.2.0/24 -all\nv=spf1 ip4:203.0.113.25 ~all\n",
    "v=spf1 redirect=a.example\nv=spf1 redirect=a.example\n",
    "v=spf1 exists:%{ir}.%{v}.a.example ptr exp=e.example -all\n%{s} and %{c}\n",
    "v=spf1 a:%{d1r}.%{o2}.%{h}.%{p} -all\n",
    "v=spf1 include:%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.example ?all\nv=spf1 +all\n",
    "v=spf1 ipv4:192.0.2.1 -all\n",
    "v=spf1 mx:a.example mx:b.example mx:c.example mx:d.example\n",
    "v=spf1 a a a a a a a a a a a a\n",
];

/// What may stand at a selector.
#[allow(dead_code, reason = "not every user of the seeds has a target for it")]
pub(crate) const DKIM_TEXTS: [&str; 6] = [
    "v=DKIM1; k=ed25519; t=y:s; s=email; h=sha256; n=a note; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n",
    "v=DKIM1; k=rsa; p=MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAKhs/vZXtk57qZjqBlSG5qV8RN9IInDoHTwusdaGax3UDa0ZrvWufa1CoJk7B7/yT6/aKRcQ+h6GqB9rtFcIUvUCAwEAAQ==\n",
    "v=DKIM1; k=ed25519; p=MCowBQYDK2VwAyEAr2u8hFaCxjZwpJBFppQWzTnrQC19BMPp8qUsL8B/R7o=\n",
    "\"v=DKIM1\\; p=\"\nv=DKIM1; p=\n",
    "p=AAAA; p=BBBB\n",
    "k=rsa; v=DKIM1; p=MFww\nv=spf1 -all\n",
];

/// What may stand below `_dmarc`.
#[allow(dead_code, reason = "not every user of the seeds has a target for it")]
pub(crate) const DMARC_TEXTS: [&str; 6] = [
    "v=DMARC1; p=reject; sp=none; np=quarantine; adkim=s; aspf=r; psd=n; t=y; fo=1:d; rua=mailto:d@shop.example!10m,https://shop.example/\n",
    "v=DMARC1; p=nothing; rua=mailto:d@shop.example; pct=101\n",
    "v=dmarc1; p=none, sp=reject\n",
    "\"v=DMARC1\\; p=none\"\n",
    "v=DMARC1; p=none; psd=y\n",
    "v=DMARC1\nv=DMARC1; p=none\nv=spf1 include:_spf.google.com -all\n",
];
