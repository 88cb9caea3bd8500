/** How the dashboard is bundled: React, words compiled ahead, core tree-shaken, only the three languages' texts of React Aria. */
import { fileURLToPath } from 'node:url'
import { compileMessage } from '@lingui/message-utils/compileMessage'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

/** Lingui's production build holds no ICU parser: its catalogues must arrive compiled. */
const compileWords = (): Plugin => ({
  name: 'compile-words',
  enforce: 'pre',
  transform(code, id) {
    if (!/\/src\/words\/(?:\w+\/)?\w+\.json$/.test(id)) return null
    const words = JSON.parse(code) as Record<string, string>
    return {
      code: JSON.stringify(Object.fromEntries(Object.entries(words).map(([key, text]) => [key, compileMessage(text)]))),
      map: null,
    }
  },
})

const OTHER_LANGUAGE = /\/intl\/(?:[\w-]+\/)?(?!ja-JP|ko-KR|en-US)[a-z]{2}-[A-Z]{2}\.m?js$/
/** React Aria carries its hidden texts in 34 languages; ours are three. */
const threeLanguages = (): Plugin => ({
  name: 'three-languages',
  enforce: 'pre',
  load(id) {
    return OTHER_LANGUAGE.test(id) ? { code: 'export default {}', moduleSideEffects: false } : null
  },
})

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [compileWords(), threeLanguages(), react()],
  build: {
    target: 'es2023',
    outDir: 'dist',
    emptyOutDir: true,
    // A data: address would need a looser content policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      treeshake: { moduleSideEffects: id => !/\/core\/[\w/-]+\.ts$/.test(id) },
    },
  },
})
