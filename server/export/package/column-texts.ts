/** What the tables and their columns mean, in the platform's three languages. */
import type { Text } from '../../../core/profile.ts'

const text = (ja: string, ko: string, en: string): Text => ({ ja, ko, en })

export const COLUMN_TEXTS = {
  hourlyTable: text(
    '時間帯別の集計(公開できる区分)',
    '시간대별 집계(공개 가능한 구간)',
    'Figures by hour of day (cells that may be published)',
  ),
  suppressedTable: text('公開しない区分', '공개하지 않는 구간', 'Cells that are not published'),
  dictionaryTable: text('データ辞書', '데이터 사전', 'Data dictionary'),
  metric: text('測定項目の名前', '측정 항목의 이름', 'Name of the metric'),
  unit: text(
    'UCUM による単位。真偽の項目では 1(真の割合)',
    'UCUM 단위. 참/거짓 항목은 1(참의 비율)',
    'Unit in UCUM; 1 for the share of true in a boolean metric',
  ),
  hour: text(
    '施設の時刻での時間帯(0〜23)。機器の時刻による',
    '시설 현지 시각의 시간대(0~23). 기기 시각 기준',
    'Hour of day in the time zone of the facility (0 to 23), by device time',
  ),
  readings: text('この区分に入る測定値の数', '이 구간에 들어가는 측정값의 수', 'Number of readings in this cell'),
  residents: text(
    'この区分に測定値がある入居者の数(重複なし)',
    '이 구간에 측정값이 있는 입소자 수(중복 없음)',
    'Number of distinct residents with a reading in this cell',
  ),
  mean: text(
    'この区分の全測定値の算術平均。測定値ごとに同じ重み。四捨五入(0.5 は 0 から遠い方へ)',
    '이 구간 모든 측정값의 산술 평균. 측정값마다 같은 가중치. 반올림(0.5는 0에서 먼 쪽으로)',
    'Arithmetic mean of all readings in this cell, each with the same weight, rounded half away from zero',
  ),
  kind: text('値の種類', '값의 종류', 'Kind of value'),
  labelJa: text('日本語の名称', '일본어 명칭', 'Japanese label'),
  labelKo: text('韓国語の名称', '한국어 명칭', 'Korean label'),
  labelEn: text('英語の名称', '영어 명칭', 'English label'),
  deviceTypes: text(
    '測定する機器の種類(空白区切り)',
    '측정하는 기기 유형(공백으로 구분)',
    'Device types that measure it, separated by blanks',
  ),
  loinc: text('LOINC コード', 'LOINC 코드', 'LOINC code'),
  mdc: text('IEEE 11073 MDC コード(32 ビット)', 'IEEE 11073 MDC 코드(32비트)', 'IEEE 11073 MDC code, 32-bit'),
  sdtm: text('SDTM の検査コード', 'SDTM 검사 코드', 'SDTM test code'),
  acceptedMin: text('受け入れる値の下限', '수용하는 값의 하한', 'Lowest accepted value'),
  acceptedMax: text('受け入れる値の上限', '수용하는 값의 상한', 'Highest accepted value'),
  use: text(
    'mean:平均を集計。left_out:この製品には含めない',
    'mean: 평균을 집계. left_out: 이 제품에 포함하지 않음',
    'mean: its mean is in the table; left_out: not part of this product',
  ),
  reason: text('含めない理由', '포함하지 않는 이유', 'Why it is left out'),
  meanDecimals: text('平均の小数桁数', '평균의 소수 자릿수', 'Decimals of the mean'),
} as const satisfies Record<string, Text>
