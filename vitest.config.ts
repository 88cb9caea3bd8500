// Says which tests exist: four projects, from quick to whole, run one after the other because CI has two cores.
import { defineConfig } from 'vitest/config'

const whole = ['tests/app/**/*.test.ts', 'tests/faults/**/*.test.ts', 'tests/security/**/*.test.ts']
const contract = ['tests/contract/**/*.test.ts']
const e2e = ['tests/e2e/**/*.test.ts']
const oneFileAtATime = { fileParallelism: false, maxWorkers: 1 }

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['tests/**/*.test.{ts,tsx}'],
          exclude: [...contract, ...whole, ...e2e],
          testTimeout: 20_000,
          hookTimeout: 20_000,
          sequence: { groupOrder: 0 },
        },
      },
      // Real servers, one suite per port: starting one takes seconds.
      {
        test: {
          name: 'contract',
          include: contract,
          testTimeout: 60_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      // Whole processes, brokers, kills and replays.
      {
        test: {
          name: 'app',
          include: whole,
          testTimeout: 180_000,
          hookTimeout: 180_000,
          ...oneFileAtATime,
          sequence: { groupOrder: 2 },
        },
      },
      // The dashboard in Chromium.
      {
        test: {
          name: 'e2e',
          include: e2e,
          testTimeout: 120_000,
          hookTimeout: 180_000,
          ...oneFileAtATime,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
})
