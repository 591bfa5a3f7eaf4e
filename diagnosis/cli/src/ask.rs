//! Asking DNS: all open questions at once, again and again, until no check has one left.

use std::{
    sync::mpsc,
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use diagnosis::{
    case::Case,
    check::examine,
    dns::{Answer, Answers, Outcome, Question, read_answer, read_failure},
    finding::Finding,
};

/// How long one question may take.
const ONE_QUESTION: Duration = Duration::from_secs(5);

/// How long all questions of a diagnosis may take together.
const ONE_DIAGNOSIS: Duration = Duration::from_secs(15);

/// The address of a resolver, as the command line takes it.
pub(crate) fn address(word: &str) -> Result<String, String> {
    let lower = word.to_ascii_lowercase();
    let rest = ["http://", "https://"]
        .iter()
        .find_map(|scheme| lower.strip_prefix(scheme));
    match rest {
        Some(rest) if !rest.is_empty() => Ok(word.to_owned()),
        _ => Err("an address such as http://127.0.0.1:8080/dns-query is expected".to_owned()),
    }
}

/// A resolver that answers application/dns-json.
pub(crate) struct Resolver {
    url: String,
    agent: ureq::Agent,
}

impl Resolver {
    /// A resolver at `url`, such as `http://127.0.0.1:8080/dns-query`.
    pub(crate) fn new(url: &str) -> Self {
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(ONE_QUESTION))
            .http_status_as_error(false)
            .build()
            .into();
        Self {
            url: url.to_owned(),
            agent,
        }
    }

    /// Runs the checks until nothing is open; what is not answered in time is unchecked.
    pub(crate) fn examine(&self, case: &Case) -> Vec<Finding> {
        self.resolve(|answers| {
            let outcome = examine(case, answers);
            (outcome.findings, outcome.needs)
        })
    }

    /// Has a judgement that tells which questions are open, and asks them, until none is.
    pub(crate) fn resolve<T>(&self, judge: impl Fn(&Answers) -> (T, Vec<Question>)) -> T {
        let began = Instant::now();
        let mut answers = Answers::default();
        loop {
            let (judgement, needs) = judge(&answers);
            if needs.is_empty() {
                return judgement;
            }
            let left = ONE_DIAGNOSIS.saturating_sub(began.elapsed());
            for (question, answer) in self.ask_all(&needs, left) {
                answers.insert(question, answer);
            }
        }
    }

    /// Asks all questions at once; those without an answer after `left` have timed out.
    fn ask_all(&self, questions: &[Question], left: Duration) -> Vec<(Question, Answer)> {
        let (sender, receiver) = mpsc::channel();
        for question in questions.iter().filter(|_| !left.is_zero()) {
            let (sender, question) = (sender.clone(), question.clone());
            let (agent, url) = (self.agent.clone(), self.url.clone());
            // A thread that outlives the time limit sends to nobody and ends by its own time-out.
            thread::spawn(move || {
                let answer = ask(&agent, &url, &question);
                drop(sender.send((question, answer)));
            });
        }
        drop(sender);
        let until = Instant::now() + left;
        let mut found = Vec::new();
        while let Ok(pair) = receiver.recv_timeout(until.saturating_duration_since(Instant::now()))
        {
            found.push(pair);
        }
        let late = questions
            .iter()
            .filter(|question| found.iter().all(|(known, _)| known != *question))
            .map(|question| (question.clone(), Answer::empty(Outcome::Timeout)))
            .collect::<Vec<_>>();
        found.extend(late);
        found
    }
}

fn ask(agent: &ureq::Agent, url: &str, question: &Question) -> Answer {
    let asked_at = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .ok()
        .and_then(|since| i64::try_from(since.as_secs()).ok());
    let mut request = agent
        .get(url)
        .header("accept", "application/dns-json")
        .query("name", question.name.escaped())
        .query("type", question.record_type.as_str());
    if question.checking_disabled {
        request = request.query("cd", "1");
    }
    let failed = |outcome| Answer {
        asked_at,
        ..Answer::empty(outcome)
    };
    match request.call() {
        Ok(response) => {
            let status = response.status().as_u16();
            let body = response.into_body().read_to_string().unwrap_or_default();
            match status {
                200 => {
                    read_answer(&body, asked_at).unwrap_or_else(|_| failed(Outcome::Unreachable))
                }
                _ => read_failure(status, &body, asked_at),
            }
        }
        Err(ureq::Error::Timeout(_)) => failed(Outcome::Timeout),
        Err(_) => failed(Outcome::Unreachable),
    }
}
