/** The words of a risk report in English. */
import type { ReportTexts } from './texts.ts'

export const EN: ReportTexts = {
  title: 'Anonymization and risk report',
  titleOfTable: 'Anonymization and risk report of a table',
  product: {
    P0: 'aggregate statistics',
    P1: 'anonymous participants',
    P2: 'pseudonymised participants',
  },
  reason: {
    as_asked: 'This is the product that was asked for.',
    too_few_for_individuals:
      'There are too few participants for rows about single ones; the release has statistics over all.',
    too_few_sites:
      'There are too few facilities for rows about single participants; the release has statistics over all.',
    no_grounds_for_pseudonymised: 'Neither a contract nor a committee’s decision allows single participants’ series.',
  },
  demonstration: 'Demonstration: the participants do not exist. The figures are not evidence of anything.',
  glance: {
    head: 'At a glance',
    sentence:
      'Somebody who knows everything about a participant still finds at least {n} rows that fit. A guess which of them is the right one succeeds in at most {risk} of all cases; the limit is {limit}.',
    sentenceWithout: 'No row is about a single participant. Every figure is about at least {n} people.',
    people: 'The person looked for is one of at least {n}',
    peopleAlt: '{n} figures of people, of which one is filled: nobody can tell which of them is the person looked for.',
  },
  rows: '{n} rows',
  people: '{n} people',
  facts: {
    release: 'Release',
    recipient: 'Recipient',
    records: 'Rows about participants',
    classes: 'Classes',
    software: 'Software',
    policy: 'Policy, SHA-256',
    content: 'Content without pseudonyms, SHA-256',
    approvals: 'Approved by (data stewards)',
  },
  method: {
    head: 'Methodology',
    lead: 'The risk was measured, and on the files themselves; nobody typed a label.',
    items: [
      'Attacker: the recipient, or whoever gets hold of the files. Assumed to know who took part, in which facilities, everything about a person that the columns marked as indirect identifiers tell, and the devices’ own logs with serial numbers and real times.',
      'Risk: the highest one of any participant, not the average. What is protected is the participant whom somebody looks for on purpose (prosecutor).',
      'People: those in the release. It is not assumed that being one of many patients in a country hides anybody.',
      'Recoding is the same for the whole column. The best recoding was searched exactly, by the loss of information, among all that keep to the limits.',
      'The finished files were read again by a program that shares nothing with the one that wrote them. Had it found a violation, there would be no release.',
    ],
    itemsOfTable: [
      'Attacker: somebody who knows that a person is in the table, and everything that the columns marked as indirect identifiers tell of that person.',
      'Risk: the highest one of any record, not the average.',
      'Recoding is the same for the whole column. The best recoding was searched among all that keep to the limits.',
    ],
  },
  columns: {
    head: 'Attributes, and what was done to each',
    lead: 'Every column that was read has a rule. A column without one ends the build.',
    table: 'Table',
    column: 'Column',
    class: 'Kind',
    technique: 'Technique',
    level: 'Level',
    classes: {
      identifier: 'direct identifier',
      quasi_identifier: 'indirect identifier',
      sensitive: 'sensitive',
      event: 'event',
      measure: 'measurement',
      technical: 'technical',
    },
    rules: {
      remove: 'removed',
      pseudonymise: 'replaced by a pseudonym made for this release alone',
      generalise: 'generalised',
      relative_time: 'turned into time since the participant’s first day',
      aggregate: 'averaged over a group of people',
      keep_if_k: 'kept where at least k people share it',
      keep: 'kept',
    },
  },
  risk: {
    head: 'Risk before, limit, risk after',
    initial: 'Initial risk',
    initialText: 'With all indirect identifiers as they were recorded, {share} of the records were above the limit.',
    initialUnknown:
      'Before anything is done, every combination of the indirect identifiers is taken to be one person’s alone.',
    threshold: 'Limit',
    thresholdText:
      'A record is at risk when the chance of a right guess is above {limit}. One in eleven is above nine in a hundred, so classes have at least {k} records. At most {suppression} of the records may be left out for it.',
    residual: 'Residual risk',
    none: 'No record is about one person, so none can be found again. Cells about fewer than {k} people are not told, nor are others from which they could be computed.',
    pseudonymised:
      'This release tells of single participants, day by day. It is not anonymous: who has the devices’ logs can find participants again. It may be handed over only under the contract and decision named in it.',
    figure: 'Figure',
    measured: 'Measured',
    limit: 'Limit',
    meaning: 'What it says',
    rows: {
      prosecutor: {
        name: 'Prosecutor risk (highest)',
        meaning: 'Somebody knows that the person is in the data and guesses the row.',
      },
      journalist: {
        name: 'Journalist risk (highest)',
        meaning: 'Somebody does not know whether the person is in the data.',
      },
      marketer: { name: 'Marketer risk (average)', meaning: 'Expected share of all participants found by guessing.' },
      atRisk: { name: 'Records at risk', meaning: 'Records whose risk is above the limit.' },
    },
    journalistKnown: 'The recipient knows who took part, so this is no less than the prosecutor risk.',
    noLimit: 'none',
    barsAlt:
      'Bars: prosecutor risk {prosecutor}, journalist risk {journalist}, marketer risk {marketer}; the limit {limit} is a dashed line.',
    limitLine: 'Dashed: the limit, {limit}',
    beforeAfter: 'Share of records above the limit',
    before: 'Before',
    after: 'After',
    beforeAfterAlt: 'Two bars: before, {before} of the records were above the limit; after, {after}.',
    between: 'between {from} and {to}',
  },
  classes: {
    head: 'How many participants look alike',
    lead: 'A class is made of all rows with the same indirect identifiers. No class has fewer than {k} rows.',
    size: 'Rows in the class',
    count: 'Classes',
    open: '{from} and more',
    alt: 'Bar chart of the sizes of classes: {list}.',
  },
  events: {
    head: 'What somebody may know of events',
    lead: 'Somebody may know that a fall or a night out of bed happened to a person, and when. However many of the told events are known, at least so many participants of the class have all of them in common:',
    known: 'Events known',
    fewest: 'Fewest participants who share them',
    method: 'Looked at',
    all: 'all combinations',
    drawn: 'combinations drawn at random',
    none: 'no such combination is told',
  },
  series: {
    head: 'Series and tables',
    text: 'Measurements over time are told of groups only: mean and spread over always the same people, at least {n} of them, in time since each participant’s first day. Hours in which most of a facility changed together are told as usual ones, because a known date would fix the calendar.',
    cells: '{told} cells of the tables are told, {suppressed} are not.',
  },
  attacks: {
    head: 'Adversarial testing',
    lead: 'Known attacks were carried out on written packages, by programs that know the truth only afterwards. What counts is the upper bound (95 %) of what the package adds to guessing without it.',
    notRun:
      'The attacks are carried out on packages of simulated trials whose truth is known, made by the same program: npm run bench -- redteam. They were not carried out on this package.',
    attack: 'Attack',
    tries: 'Tries',
    successes: 'Right',
    baseline: 'Without the package',
    upper: 'Added, upper bound',
    limit: 'Limit',
    result: 'Result',
    passed: 'held',
    failed: 'not held',
  },
  mitigation: {
    head: 'Mitigation',
    data: 'In the data',
    dataItems: [
      'Direct identifiers, serial numbers, dates, places and free text are removed.',
      'Indirect identifiers are generalised until every row is shared by at least {k} participants; rare values are moved inward.',
      'A participant who had to be left out is left out of every file.',
    ],
    environment: 'In the environment',
    environmentItems: [
      'Two data stewards approve a release before it is built.',
      'Each file is covered by a signed list of checksums. Each download is recorded.',
      'Trying to recognise a person or a facility is not permitted.',
    ],
  },
  again: {
    head: 'Re-evaluation, and releases together',
    none: 'There is no earlier release with any of these participants.',
    earlier:
      'Earlier releases with some of these participants: {n}. Put beside all of them, this one tells of nobody or of at least {k} people, whatever is added to or subtracted from what.',
    notAsked: 'Other releases were not looked at.',
    items: [
      'Who withdraws consent is in no later release. The earlier ones are listed to the facility.',
      'A later release of the same participants is tested against this one, and refused where the two together would tell of fewer than {k}.',
    ],
  },
  utility: {
    head: 'Utility: what was kept',
    lead: 'A release that keeps too little is refused as well.',
    subjects: 'Participants',
    bins: 'Bins of the series',
    types: 'Types of events told by name',
    loss: 'Loss of information (0 none, 1 all)',
    optimal: 'the least possible within the limits',
    atLeast: 'at least {share}',
    of: '{told} of {possible}',
  },
  governance: {
    head: 'Governance',
    items: [
      'The label is concluded from the finished tables by the engine.',
      'Every release, with its hashes, and every download stands in an audit trail that cannot be changed unnoticed.',
      'This report is no legal opinion. Which authority accepts the data for what is decided by that authority.',
    ],
    keyDestroyed:
      'The key of the pseudonyms was made for this release alone, never written down, and destroyed once the files had been built twice with the same result.',
    keyKept:
      'The key of the pseudonyms is kept sealed; two persons together may use it, for a reason that is recorded.',
  },
  clause: 'ISO/IEC 27559, {clauses}',
}
