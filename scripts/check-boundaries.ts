import { cruise, format } from 'dependency-cruiser'
import { BOUNDARIES } from './boundary-rules.ts'

// Fewer than this, and it is the check that is broken: behind a renamed folder every rule holds.
const FEWEST_MODULES = 30

const { output } = await cruise(
  ['packages', 'test', 'examples', 'bench'],
  {
    ruleSet: { forbidden: BOUNDARIES },
    validate: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^packages/([^/]+/dist|gateway/page)/' },
    tsPreCompilationDeps: true,
  },
  { conditionNames: ['@sluice/source', 'import', 'types', 'node', 'default'], exportsFields: ['exports'] },
)
if (typeof output === 'string') throw new Error('dependency-cruiser gave text instead of its result')
const report = await format(output, { outputType: 'err' })
console.log(String(report.output).trim())

const ours = output.modules.filter(({ source }) => /^packages\/[^/]+\/src\//.test(source))
if (ours.length < FEWEST_MODULES) {
  console.error(`only ${ours.length} modules of the packages were seen: the check itself is broken`)
}
process.exitCode = output.summary.error > 0 || ours.length < FEWEST_MODULES ? 1 : 0
