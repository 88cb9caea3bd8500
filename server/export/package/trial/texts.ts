/** What the tables and columns of a trial package mean, in the platform's three languages. */
import type { Text } from '../../../../core/profile.ts'

const text = (ja: string, ko: string, en: string): Text => ({ ja, ko, en })

const pid = text(
  '参加者の仮の番号。この公開ごとに新しく作られ、もとの番号には戻せない',
  '참여자의 가명 번호. 이번 공개에만 쓰이며 원래 번호로 되돌릴 수 없음',
  'Pseudonym of the participant, made for this release alone; it cannot be turned back',
)
const metric = text('測定項目の名前', '측정 항목의 이름', 'Name of the metric')
const outcome = text(
  'yes / no。* は、区分の人数が足りず、区分全体で示さないことを表す',
  'yes / no. *는 해당 구간의 인원이 부족하여 구간 전체를 밝히지 않음을 뜻함',
  'yes or no; * where the class is too small to tell it, then for the whole class',
)

/** By table, and by table and column. */
export const TRIAL_TEXTS: Readonly<Record<string, Text>> = {
  subjects: text('参加者の表(1行が1人)', '참여자 표(1행이 1명)', 'Participants, one row each'),
  events: text(
    '参加者に起きたこと。同じ区分の12人以上に共通するものだけを示す',
    '참여자에게 일어난 일. 같은 구간의 12명 이상에게 공통된 것만 제시함',
    'What happened to participants; only what at least twelve of one class have in common',
  ),
  series: text(
    '測定値の推移。人のまとまりごとの平均とばらつき',
    '측정값의 추이. 묶음별 평균과 산포',
    'Course of the measured values: mean and spread of groups of people',
  ),
  aggregates: text('参加者全体の集計', '참여자 전체 집계', 'Counts and means over all participants'),
  'subjects.pid': pid,
  'subjects.age': text(
    '登録時の年齢(満年齢、区分)',
    '등록 시 나이(만 나이, 구간)',
    'Age at enrolment in whole years, as a band',
  ),
  'subjects.sex': text('性別', '성별', 'Sex'),
  'subjects.care_level': text(
    '要介護度(日本の介護保険)',
    '요개호도(일본 개호보험)',
    'Care level of Japan’s long-term care insurance',
  ),
  'subjects.site': text(
    '施設の都道府県(ISO 3166-2)または地方',
    '시설이 있는 도도부현(ISO 3166-2) 또는 지방',
    'Prefecture of the facility (ISO 3166-2), or its region',
  ),
  'subjects.stay': text('登録時までの入居期間', '등록 시점까지의 입소 기간', 'Length of stay at enrolment'),
  'subjects.diagnosis': text('主な病気の区分', '주요 질환 구분', 'Group of the main diagnosis'),
  'subjects.fell': outcome,
  'subjects.adverse_event': outcome,
  'events.pid': pid,
  'events.event': text(
    '出来事の種類。「bed.*」のような書き方は、その機器区分のいずれかの出来事',
    '사건의 종류. "bed.*"와 같은 표기는 해당 기기 구분의 어느 한 사건을 뜻함',
    'Type of the event; a form such as “bed.*” means any event of that group of devices',
  ),
  'events.period': text(
    '参加者ごとの経過時間。d003 は3日目、w02 は2週目、m01 は最初の4週間、all は参加期間のどこか。少なくとも1回起きたことを表す',
    '참여자별 경과 시간. d003은 3일째, w02는 2주째, m01은 첫 4주, all은 참여 기간 중 언젠가. 한 번 이상 일어났음을 뜻함',
    'In the participant’s own time: d003 third day, w02 second week, m01 first four weeks, all at some time; at least once in it',
  ),
  'series.group': text(
    '人のまとまり。仮の番号とは結び付かない',
    '사람들의 묶음. 가명 번호와는 연결되지 않음',
    'Group of people; not connected with the pseudonyms',
  ),
  'series.metric': metric,
  'series.hour': text(
    '参加1日目の午前0時からの時間数(区間の始まり)',
    '참여 1일째 0시부터의 시간 수(구간의 시작)',
    'Hours since midnight at the beginning of the first day; start of the bin',
  ),
  'series.mean': text(
    '平均。各人の値は前後7日を含む同じ時刻の中央値とし、測定がない人はふだんの値で代える。上下それぞれ1割の値は隣の値に寄せる',
    '평균. 각 사람의 값은 앞뒤 7일을 포함한 같은 시각의 중앙값이며, 측정이 없는 사람은 평소 값으로 대신함. 위아래 각 10%의 값은 인접한 값으로 조정함',
    'Mean of each person’s median of fifteen days around, at the same hour; whoever was not measured stands at the own usual value, and a tenth at either end is moved to the next value',
  ),
  'series.sd': text(
    '標準偏差(平均と同じ値から)',
    '표준편차(평균과 같은 값에서 계산)',
    'Standard deviation of the same values',
  ),
  'series.low': text(
    '第1四分位。人数が足りないときは空',
    '제1사분위수. 인원이 부족하면 비움',
    'First quartile; empty where too few persons lie beyond',
  ),
  'series.high': text(
    '第3四分位。人数が足りないときは空',
    '제3사분위수. 인원이 부족하면 비움',
    'Third quartile; empty where too few persons lie beyond',
  ),
  'aggregates.table': text('集計の種類', '집계의 종류', 'Which table'),
  'aggregates.row': text('行', '행', 'Its row'),
  'aggregates.column': text('列', '열', 'Its column'),
  'aggregates.persons': text(
    '人数。示さない区分では空',
    '인원. 밝히지 않는 구간은 비움',
    'Persons; empty where it is not told',
  ),
  'aggregates.value': text(
    '平均。daily_profile はふだんの値、event_days_per_week は週あたりの発生日数',
    '평균. daily_profile은 평소 값, event_days_per_week는 주당 발생 일수',
    'Mean: usual value in daily_profile, days a week with the event in event_days_per_week',
  ),
}
