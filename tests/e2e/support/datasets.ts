/** Made-up dataset requests for browser tests, in each state that a screen can show. */
import type { Dataset, DatasetRequest } from '../../../core/rest/datasets.ts'

const request = (
  id: string,
  state: DatasetRequest['state'],
  turn: DatasetRequest['turn'],
  more: object = {},
): DatasetRequest =>
  ({
    id,
    maker: 'gaonmed',
    created_by: 'maker@demo',
    created: '2026-11-20T10:24:00+09:00',
    purpose: '수면 매트 GM-S2 침대 이탈 감지 성능 평가',
    product: 'P0',
    scope: { facility: 'demo', device_types: ['bed.sleep_mat'], from: '2026-05-01', to: '2026-10-31' },
    state,
    turn,
    reviews: [],
    job: null,
    failure: null,
    dataset: null,
    version: 1,
    ...more,
  }) as unknown as DatasetRequest

const approve = (by: string, at: string) => ({ by, decision: 'approve', reason: null, at })

export function makeRequests(): DatasetRequest[] {
  return [
    request('DR-2026-014', 'draft', 'maker', {
      purpose: '도어 센서 응답 시간 비교',
      scope: { facility: 'demo', device_types: ['room.door_motion'], from: '2026-09-01', to: '2026-10-31' },
    }),
    request('DR-2026-013', 'submitted', 'steward', {
      reviews: [approve('steward2@demo', '2026-11-21T09:10:00+09:00')],
    }),
    request('DR-2026-012', 'returned', 'maker', {
      purpose: '心拍推定の妥当性確認',
      reviews: [
        {
          by: 'steward@demo',
          decision: 'return',
          reason: '期間が目的に対して長すぎます。3か月以内にしてください。',
          at: '2026-11-19T15:02:00+09:00',
        },
      ],
    }),
    request('DR-2026-011', 'preparing', 'platform', {
      purpose: '호흡수 정확도 확인',
      reviews: [
        approve('steward@demo', '2026-11-18T11:00:00+09:00'),
        approve('steward2@demo', '2026-11-18T13:30:00+09:00'),
      ],
      job: { request: 'DR-2026-011', state: 'preparing', step: 'aggregate', progress: 0.46, readings: 1_284_770 },
    }),
    request('DR-2026-009', 'ready', 'nobody', {
      reviews: [
        approve('steward@demo', '2026-11-16T10:00:00+09:00'),
        approve('steward2@demo', '2026-11-16T12:30:00+09:00'),
      ],
      dataset: 'DS-2026-009',
    }),
    request('DR-2026-007', 'failed', 'platform', { purpose: '소규모 시설 비교', failure: 'too_few_people' }),
  ]
}

export function makeDataset(id: string): Dataset {
  return {
    id,
    request: 'DR-2026-009',
    maker: 'gaonmed',
    product: 'P0',
    created: '2026-11-16T12:41:10+09:00',
    manifest_sha256: 'bf96898a32d78fc9d00b640061d86d72ffe1c76cc1bed7a7cea1e178ff5683e7',
    key_id: '7F3A19C2D4E5B601',
    public_key: 'RWQBtuXUwhk6f4q0bq2m4o8B5cRkT1lT1x2r5mEJ0Yh4k9g7w1iVfQkP',
    cells: { published: 55, suppressed: 96 },
    files: [
      {
        name: 'DS-2026-009.zip',
        bytes: 48_213,
        sha256: 'dec7030ea8d9f14c32422c1f256f9391129108d58e9e42e50d946a43c83181a9',
        url: `/api/v1/datasets/${id}/files/DS-2026-009.zip?expires=1&token=t`,
        expires: '2026-12-23T23:59:00+09:00',
      },
      {
        name: 'DS-2026-009.zip.minisig',
        bytes: 312,
        sha256: '012fd0dcb69a89ea1aad735ba7c8e9052bf9ae618505059bef721f0fe26b3115',
        url: `/api/v1/datasets/${id}/files/DS-2026-009.zip.minisig?expires=1&token=t`,
        expires: '2026-12-23T23:59:00+09:00',
      },
    ],
  } as unknown as Dataset
}
