/** What the offline check of an audit export says, in the three languages. */
import type { Language } from '../../core/profile.ts'
import type { CheckpointResult } from './checkpoint.ts'
import type { Finding } from './walk.ts'

export interface AuditTexts {
  entries: (count: number) => string
  root: (base64: string) => string
  inside: (holding: number, count: number) => string
  checkpoint: (name: string, size: number | null) => string
  result: Record<CheckpointResult, string>
  finding: Record<Finding['kind'], (entry: number | null) => string>
  more: (count: number) => string
  unsigned: string
  noWitness: string
  holds: string
  broken: (entry: number | null) => string
}

export const AUDIT_TEXTS: Record<Language, AuditTexts> = {
  en: {
    entries: count => `Entries read: ${count}`,
    root: base64 => `Root: ${base64}`,
    inside: (holding, count) => `Checkpoints in the export: ${holding} of ${count} hold`,
    checkpoint: (name, size) => `${name}${size === null ? '' : ` (${size} entries)`}:`,
    result: {
      holds: 'holds',
      malformed: 'is no signed checkpoint',
      other_key: 'is signed by another key than the one given',
      bad_signature: 'has a signature that does not fit its text',
      other_log: 'belongs to another audit trail',
      truncated: 'has seen more entries than there are: the end was cut off',
      differs: 'has seen other entries than these: what it covers was rewritten',
    },
    finding: {
      unreadable: n => `Entry ${n}: cannot be read as an entry`,
      chain: n => `Entry ${n}: altered, or the next one was; the chain breaks after it`,
      leaf: n => `Entry ${n}: altered after it was recorded`,
      column: n => `Entry ${n}: its columns say something else than the entry`,
      number: n => `Entry ${n}: missing, repeated or out of its place`,
      end: n => `Entry ${n}: the trail does not end where it should`,
      tree: () => 'The stored tree is not the tree of these entries',
      own_checkpoint: n => `From entry ${n} on: not what the platform itself had signed`,
    },
    more: count => `… and ${count} more`,
    unsigned: 'No signed checkpoint covers these entries: anything may have been done to them.',
    noWitness:
      'No checkpoint from outside was given (--checkpoint): a cut-off end, or a rewriting by whoever holds the signing key, would not show.',
    holds: 'The audit trail holds.',
    broken: n =>
      n === null
        ? 'THE AUDIT TRAIL DOES NOT HOLD.'
        : `THE AUDIT TRAIL DOES NOT HOLD. First entry that cannot be trusted: ${n}`,
  },
  ja: {
    entries: count => `読み込んだ記録：${count}件`,
    root: base64 => `ルート：${base64}`,
    inside: (holding, count) => `書き出し内のチェックポイント：${count}件中${holding}件が一致`,
    checkpoint: (name, size) => `${name}${size === null ? '' : `（${size}件時点）`}：`,
    result: {
      holds: '一致しています',
      malformed: '署名付きチェックポイントではありません',
      other_key: '指定された鍵とは別の鍵で署名されています',
      bad_signature: '署名が本文と合いません',
      other_log: '別の監査証跡のものです',
      truncated: '現在より多くの記録を確認していました。末尾が切り取られています',
      differs: '確認していた記録と内容が異なります。対象範囲が書き換えられています',
    },
    finding: {
      unreadable: n => `記録 ${n}：記録として読めません`,
      chain: n => `記録 ${n}：この記録か次の記録が改変されています。ここで連鎖が途切れます`,
      leaf: n => `記録 ${n}：記録後に改変されています`,
      column: n => `記録 ${n}：検索用の列が記録本体と食い違っています`,
      number: n => `記録 ${n}：欠落・重複・順序違いがあります`,
      end: n => `記録 ${n}：証跡の末尾が正しくありません`,
      tree: () => '保存されたハッシュ木がこれらの記録と一致しません',
      own_checkpoint: n => `記録 ${n} 以降：プラットフォーム自身が署名した内容と異なります`,
    },
    more: count => `…ほか${count}件`,
    unsigned: 'これらの記録を対象とする署名付きチェックポイントがありません。改変の有無を判断できません。',
    noWitness:
      '外部で保管されたチェックポイントが指定されていません（--checkpoint）。末尾の切り取りや、署名鍵を持つ者による書き換えは検出できません。',
    holds: '監査証跡に問題はありません。',
    broken: n =>
      n === null ? '監査証跡は正しくありません。' : `監査証跡は正しくありません。信頼できない最初の記録：${n}`,
  },
  ko: {
    entries: count => `읽은 기록: ${count}건`,
    root: base64 => `루트: ${base64}`,
    inside: (holding, count) => `내보내기 안의 체크포인트: ${count}건 중 ${holding}건 일치`,
    checkpoint: (name, size) => `${name}${size === null ? '' : ` (${size}건 시점)`}:`,
    result: {
      holds: '일치합니다',
      malformed: '서명된 체크포인트가 아닙니다',
      other_key: '지정한 키가 아닌 다른 키로 서명되었습니다',
      bad_signature: '서명이 본문과 맞지 않습니다',
      other_log: '다른 감사 추적의 것입니다',
      truncated: '현재보다 많은 기록을 확인했습니다. 끝부분이 잘려 나갔습니다',
      differs: '확인했던 기록과 내용이 다릅니다. 대상 범위가 다시 쓰였습니다',
    },
    finding: {
      unreadable: n => `기록 ${n}: 기록으로 읽을 수 없습니다`,
      chain: n => `기록 ${n}: 이 기록이나 다음 기록이 변조되었습니다. 여기서 연결이 끊깁니다`,
      leaf: n => `기록 ${n}: 기록된 뒤에 변조되었습니다`,
      column: n => `기록 ${n}: 검색용 열이 기록 본문과 다릅니다`,
      number: n => `기록 ${n}: 빠졌거나 중복되었거나 순서가 바뀌었습니다`,
      end: n => `기록 ${n}: 추적의 끝이 올바르지 않습니다`,
      tree: () => '저장된 해시 트리가 이 기록들과 일치하지 않습니다',
      own_checkpoint: n => `기록 ${n} 이후: 플랫폼이 직접 서명한 내용과 다릅니다`,
    },
    more: count => `… 외 ${count}건`,
    unsigned: '이 기록들을 포함하는 서명된 체크포인트가 없습니다. 변조 여부를 판단할 수 없습니다.',
    noWitness:
      '외부에서 보관한 체크포인트를 지정하지 않았습니다(--checkpoint). 끝부분 절단이나 서명 키를 가진 사람의 재작성은 드러나지 않습니다.',
    holds: '감사 추적에 이상이 없습니다.',
    broken: n =>
      n === null ? '감사 추적이 올바르지 않습니다.' : `감사 추적이 올바르지 않습니다. 신뢰할 수 없는 첫 기록: ${n}`,
  },
}
