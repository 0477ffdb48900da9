import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

const NOT_OURS = new Set(['node_modules', 'dist', '.git'])

/** Every Markdown page below `root`, by its path from there. */
export function findPages(root: string, folder = root): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return NOT_OURS.has(entry.name) ? [] : findPages(root, path)
    return entry.name.endsWith('.md') ? [relative(root, path)] : []
  })
}

/** What is wrong with the page's links to our own files: the file is not there, or the page has no such heading. */
export function linkProblems(root: string, page: string): string[] {
  const problems: string[] = []
  for (const target of relativeTargets(readFileSync(join(root, page), 'utf8'))) {
    const [path = '', fragment] = target.split('#')
    const file = path === '' ? join(root, page) : join(root, dirname(page), decodeURI(path))
    if (!existsSync(file)) problems.push(`${page}: ${target} leads nowhere`)
    else if (fragment && file.endsWith('.md') && statSync(file).isFile() && !anchorsOf(file).has(fragment))
      problems.push(`${page}: ${target} names no heading there`)
  }
  return problems
}

/** Of `[text](target)`, `[text](target "title")`, `[text](<target>)` and `[name]: target`. */
function relativeTargets(text: string): string[] {
  const prose = withoutCode(text)
  const inline = prose.matchAll(
    /\]\(\s*(?:<([^<>\n]*)>|([^\s()<>]+))(?:\s+(?:"[^"]*"|'[^']*'|\([^()]*\)))?\s*\)/g,
  )
  const defined = prose.matchAll(/^ {0,3}\[[^\]]+\]:\s+(?:<([^<>\n]*)>|(\S+))/gm)
  return [...inline, ...defined]
    .map(([, inBrackets, bare]) => inBrackets ?? bare ?? '')
    .filter((target) => !/^([a-z][a-z0-9+.-]*:|\/\/)/i.test(target))
}

/** The anchors that GitHub gives the headings of a page, and those that it sets itself. */
function anchorsOf(file: string): Set<string> {
  const prose = withoutCode(readFileSync(file, 'utf8'), 'blocks')
  const anchors = new Set([...prose.matchAll(/<a\s+(?:id|name)="([^"]+)"/g)].map(([, id = '']) => id))
  for (const [, heading = ''] of prose.matchAll(/^ {0,3}#{1,6}\s+(.+?)(?:\s+#+)?\s*$/gm)) {
    const slug = heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
      .replaceAll(' ', '-')
    let anchor = slug
    for (let repeat = 1; anchors.has(anchor); repeat++) anchor = `${slug}-${repeat}`
    anchors.add(anchor)
  }
  return anchors
}

function withoutCode(text: string, which: 'all' | 'blocks' = 'all'): string {
  const prose = text.replace(/^( {0,3})(```+|~~~+)[\s\S]*?^ {0,3}\2/gm, '')
  return which === 'all' ? prose.replace(/(`+)[^`\n]+?\1/g, '`code`') : prose
}
