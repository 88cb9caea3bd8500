/** Runs a benchmark by name: `npm run bench -- <name> [options]`. Benchmarks print figures and ratios and assert nothing. */
import { readdirSync } from 'node:fs'

const names = readdirSync(import.meta.dirname)
  .filter(file => file.endsWith('.ts') && file !== 'main.ts')
  .map(file => file.slice(0, -3))
const usage = `Usage: npm run bench -- <name> [options]   (each takes --help)\nNames: ${names.sort().join(', ')}`

const [name = '', ...args] = process.argv.slice(2)
if (name === '--help') console.log(usage)
else if (!names.includes(name)) {
  console.error(usage)
  process.exitCode = 2
} else {
  const { bench } = (await import(`./${name}.ts`)) as { bench(args: string[]): Promise<void> }
  await bench(args)
}
