/** The words of the package's README in three languages; `{…}` are filled in. */
import type { Language } from '../../../core/profile.ts'

export interface ReadmeTexts {
  title: string
  what: string
  demonstration: string
  facts: {
    product: string
    productBy: string
    period: string
    zone: string
    types: string
    release: string
    created: string
  }
  p0: string
  ruleHead: string
  rules: string[]
  contentHead: string
  columns: { metric: string; unit: string; hours: string }
  leftOut: string
  filesHead: string
  files: Record<string, string>
  verifyHead: string
  verify: string[]
  notHead: string
  not: string[]
}

export const README_TEXTS: Record<Language, ReadmeTexts> = {
  en: {
    title: 'Mimamori dataset',
    what: 'Figures from the everyday use of devices in a care facility, made for the maker of these devices.',
    demonstration:
      'Demonstration: made from simulated devices or a replayed recording. The figures are not evidence of anything.',
    facts: {
      product: 'Product',
      productBy: 'computed by the engine from the finished tables',
      period: 'Period',
      zone: 'Time zone',
      types: 'Device types',
      release: 'Release',
      created: 'State of the data',
    },
    p0: 'aggregate statistics',
    ruleHead: 'How the figures were made',
    rules: [
      'A cell is one metric in one hour of the day, over the whole period. It gives the number of readings, the number of residents and the mean; never a minimum or maximum.',
      'A reading counts only if the resident had consented to the evaluation of devices and the device was assigned to that resident, both at the time of measurement.',
      'A cell is published only with at least {k} different residents in that very cell, none of whom contributes more than {share} of its readings. All other cells are listed in suppressed.csv, without figures; whether few or none were measured is not told.',
      'Readings are added up as whole numbers (rounded to {decimals} decimals), so that the same input always gives the same bytes. Means are rounded half away from zero, to the decimals given in dictionary.csv.',
    ],
    contentHead: 'Content',
    columns: { metric: 'Metric', unit: 'Unit (UCUM)', hours: 'Hours published of 24' },
    leftOut: 'Left out, because a named state has no mean:',
    filesHead: 'Files',
    files: {
      'p0-hourly.csv': 'the published cells',
      'suppressed.csv': 'the cells that are not published',
      'dictionary.csv':
        'every metric: label, unit, codes, rounding (dictionary.json: the same for programs, with all columns)',
      'datapackage.json': 'description of files and columns (Data Package v2)',
      'evidence.json': 'rules, versions, inputs and approvals',
      'LEGAL/status.json': 'what the files are, as far as a program can tell',
      'MANIFEST.sha256': 'checksums of all files',
      'MANIFEST.sha256.minisig': 'signature of the checksums',
    },
    verifyHead: 'How to check that nothing was changed',
    verify: [
      'Get the public key of key {key} from the sender by another way than this package, and compare it.',
      'Checksums: {sums} in this folder.',
      'Signature: {minisign} in this folder.',
      'Both, and all tables: {verify} with the program Mimamori.',
    ],
    notHead: 'What this is not',
    not: [
      'It is not clinical-trial data and must not be presented as such. It was not collected under a trial protocol.',
      'No authority has reviewed or accepted it. Whether it can support a regulatory file is decided by the authority that receives the file.',
      'It says how devices were used and what they measured. It does not show that a device is safe or effective, and it is not for the diagnosis or treatment of anyone.',
      'Trying to recognise a person or the facility is not permitted.',
      'This page is no legal opinion.',
    ],
  },
  ja: {
    title: '見守り データセット',
    what: '介護施設での日常の機器利用から集計した数値です。対象機器のメーカー向けに作成しました。',
    demonstration: 'デモ:模擬機器または記録の再生から作成しました。数値は何の証拠にもなりません。',
    facts: {
      product: '製品区分',
      productBy: '完成した表からエンジンが判定',
      period: '期間',
      zone: 'タイムゾーン',
      types: '機器の種類',
      release: 'リリース',
      created: 'データの時点',
    },
    p0: '集計統計',
    ruleHead: '数値の作り方',
    rules: [
      '区分は「測定項目 × 1 日の時間帯」で、期間全体をまとめます。測定値の数、入居者の数、平均だけを示し、最小値と最大値は示しません。',
      '測定の時点で、入居者が機器評価に同意しており、かつ機器がその入居者に割り当てられていた測定値だけを数えます。',
      '同じ区分に異なる入居者が {k} 人以上いて、1 人の測定値がその {share} を超えない場合だけ公開します。その他の区分は suppressed.csv に数値なしで列挙します。測定が少ないのか全くないのかは示しません。',
      '測定値は整数として合計します(小数 {decimals} 桁に丸めた後)。同じ入力からは常に同じファイルができます。平均は dictionary.csv の桁数に四捨五入します(0.5 は 0 から遠い方へ)。',
    ],
    contentHead: '内容',
    columns: { metric: '測定項目', unit: '単位(UCUM)', hours: '公開した時間帯(24 のうち)' },
    leftOut: '状態の名前であり平均がないため、含めない項目:',
    filesHead: 'ファイル',
    files: {
      'p0-hourly.csv': '公開する区分',
      'suppressed.csv': '公開しない区分',
      'dictionary.csv': '全項目の名称・単位・コード・丸め(dictionary.json はプログラム用で、全列の説明を含む)',
      'datapackage.json': 'ファイルと列の説明(Data Package v2)',
      'evidence.json': '規則、版、入力、承認の記録',
      'LEGAL/status.json': 'プログラムが言える範囲での、このファイルの位置づけ',
      'MANIFEST.sha256': '全ファイルのチェックサム',
      'MANIFEST.sha256.minisig': 'チェックサムへの署名',
    },
    verifyHead: '改変がないことの確認',
    verify: [
      '鍵 {key} の公開鍵を、このパッケージとは別の経路で送り主から受け取り、照合してください。',
      'チェックサム:このフォルダーで {sums}',
      '署名:このフォルダーで {minisign}',
      '両方とすべての表:Mimamori のプログラムで {verify}',
    ],
    notHead: 'これは何ではないか',
    not: [
      '治験・臨床試験のデータではなく、そのように提示してはなりません。試験実施計画書に基づいて集めたものではありません。',
      'どの当局の審査も承認も受けていません。申請資料に使えるかどうかは、提出先の当局が判断します。',
      '機器がどう使われ、何を測ったかを示すものです。機器の安全性や有効性を示すものではなく、診断や治療には使えません。',
      '個人や施設を特定しようとすることは認められません。',
      'このページは法的な見解ではありません。',
    ],
  },
  ko: {
    title: '미마모리 데이터세트',
    what: '요양시설에서 기기를 일상적으로 사용하며 얻은 값을 집계한 수치입니다. 해당 기기의 제조사를 위해 작성했습니다.',
    demonstration: '데모: 모의 기기나 기록 재생으로 만들었습니다. 수치는 어떤 근거도 되지 않습니다.',
    facts: {
      product: '제품 구분',
      productBy: '완성된 표에서 엔진이 판정',
      period: '기간',
      zone: '시간대 기준',
      types: '기기 유형',
      release: '릴리스',
      created: '데이터 시점',
    },
    p0: '집계 통계',
    ruleHead: '수치를 만든 방법',
    rules: [
      '구간은 "측정 항목 × 하루 중 시간"이며 전체 기간을 합칩니다. 측정값 수, 입소자 수, 평균만 제시하고 최솟값과 최댓값은 제시하지 않습니다.',
      '측정 시점에 입소자가 기기 평가에 동의했고 기기가 그 입소자에게 배정되어 있던 측정값만 셉니다.',
      '같은 구간에 서로 다른 입소자가 {k}명 이상 있고 한 사람의 측정값이 그 {share}를 넘지 않는 경우에만 공개합니다. 나머지 구간은 수치 없이 suppressed.csv에 나열하며, 측정이 적은지 전혀 없는지는 밝히지 않습니다.',
      '측정값은 정수로 합산합니다(소수 {decimals}자리로 반올림한 뒤). 같은 입력에서는 항상 같은 파일이 나옵니다. 평균은 dictionary.csv의 자릿수로 반올림합니다(0.5는 0에서 먼 쪽으로).',
    ],
    contentHead: '내용',
    columns: { metric: '측정 항목', unit: '단위(UCUM)', hours: '공개한 시간 수(24 중)' },
    leftOut: '상태의 이름이어서 평균이 없으므로 제외한 항목:',
    filesHead: '파일',
    files: {
      'p0-hourly.csv': '공개하는 구간',
      'suppressed.csv': '공개하지 않는 구간',
      'dictionary.csv': '모든 항목의 명칭, 단위, 코드, 반올림(dictionary.json은 프로그램용이며 모든 열의 설명을 포함)',
      'datapackage.json': '파일과 열의 설명(Data Package v2)',
      'evidence.json': '규칙, 버전, 입력, 승인 기록',
      'LEGAL/status.json': '프로그램이 말할 수 있는 범위에서 이 파일의 성격',
      'MANIFEST.sha256': '모든 파일의 체크섬',
      'MANIFEST.sha256.minisig': '체크섬에 대한 서명',
    },
    verifyHead: '변경되지 않았는지 확인하는 방법',
    verify: [
      '키 {key}의 공개 키를 이 패키지와 다른 경로로 보낸 이에게서 받아 대조하십시오.',
      '체크섬: 이 폴더에서 {sums}',
      '서명: 이 폴더에서 {minisign}',
      '둘 다와 모든 표: Mimamori 프로그램으로 {verify}',
    ],
    notHead: '이것이 아닌 것',
    not: [
      '임상시험 데이터가 아니며 그렇게 제시해서는 안 됩니다. 임상시험 계획서에 따라 수집한 것이 아닙니다.',
      '어떤 기관의 심사나 승인도 받지 않았습니다. 인허가 자료로 쓸 수 있는지는 제출받는 기관이 판단합니다.',
      '기기가 어떻게 사용되고 무엇을 측정했는지를 보여 줍니다. 기기의 안전성이나 유효성을 입증하지 않으며, 진단이나 치료에 쓸 수 없습니다.',
      '개인이나 시설을 알아내려는 행위는 허용되지 않습니다.',
      '이 페이지는 법률 의견이 아닙니다.',
    ],
  },
}
