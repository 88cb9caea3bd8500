// Says where Chromium is and with which flags tests start it, in the words of playwright-core's `launch`.
import { findExecutable, locate, type Program } from './find.ts'

export const chromium: Program = {
  name: 'chromium',
  install: 'install the packages chromium and fonts-noto-cjk or set CHROMIUM_BIN',
  find: () => findExecutable('CHROMIUM_BIN', ['chromium', 'chromium-browser', 'google-chrome']),
}

/** For `launch(…)` of playwright-core: the sandbox is off because CI is root, the network services because CI has none. */
export function chromiumOptions() {
  return {
    executablePath: locate(chromium),
    headless: true,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  }
}
