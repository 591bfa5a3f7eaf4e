//! The contract's structs as JSON: the order of the fields, and the names that differ.

use crate::json::{ToJson, objects, write_object};

use super::{
    AnswerReport, AuthenticationReport, DecodedReport, EvidenceReport, FindingReport,
    HandoverReport, HeadlineReport, ListAdviceReport, RecipientReport, Report, ReturnedReport,
    SendingReport, SignatureReport, StepReport, TrialReport,
};

impl ToJson for Report {
    fn write(&self, out: &mut String) {
        let Self {
            source,
            index,
            span,
            kind,
            shape,
            system,
            reporting_mta,
            arrival_date,
            recipients,
            sending,
            returned,
            authentication,
            arc_authentication_results,
            backscatter,
            trials,
            findings,
            checklist,
            headlines,
            handovers,
        } = self;
        let fields: [(&str, &dyn ToJson); 19] = [
            ("source", source),
            ("index", index),
            ("span", span),
            ("kind", kind),
            ("shape", shape),
            ("system", system),
            ("reporting_mta", reporting_mta),
            ("arrival_date", arrival_date),
            ("recipients", recipients),
            ("sending", sending),
            ("returned", returned),
            ("authentication", authentication),
            ("arc_authentication_results", arc_authentication_results),
            ("backscatter", backscatter),
            ("trials", trials),
            ("findings", findings),
            ("checklist", checklist),
            ("headlines", headlines),
            ("handovers", handovers),
        ];
        // A paste has no file.
        let first = usize::from(source.is_none());
        write_object(out, fields.get(first..).unwrap_or_default());
    }
}

objects! {
    RecipientReport { address, original, action, status, reply_code, diagnostic, command, remote_mta, remote_ip, reason, second_reason, confidence, permanent, suppress, responsible, refused_by, provider, last_attempt_date, will_retry_until, attempts, waited_seconds, decoded, list_advice, evidence }
    ListAdviceReport { action, words }
    DecodedReport { form, address, x500, name }
    EvidenceReport { field, rule, spans }
    SendingReport { ip, helo, from_domain, envelope_domain, decoded, dkim, evidence }
    ReturnedReport { subject, size, date, message_id, bulk, evidence }
    AuthenticationReport { method, result, domain, selector, spans }
    SignatureReport { domain, selector }
    FindingReport { check, code, subject, recipients, result, verdict, unchecked_because, explains, title, detail, rfc, zone, zone_words, record, expected, trail, commands, answers }
    TrialReport { host, port, outcome, said, spans }
    AnswerReport { name, record_type as "type", status, records, ttl, ad, asked_at, demo }
    StepReport { id, owner, owner_words, recipients, title, why, state, commands, verify, finding, asks, shown }
    HandoverReport { to, language, recipients, subject, text, markdown }
    HeadlineReport { responsible, responsible_words, act, what, why }
}
