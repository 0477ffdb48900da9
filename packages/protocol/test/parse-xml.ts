import { element, type XmlElement } from '@sluice/protocol'
import { SaxesParser } from 'saxes'

/** Parses one element with a conformant parser. `layout: 'ignored'` drops the whitespace that only indents. */
export function parseXml(text: string, { layout }: { layout: 'kept' | 'ignored' }): XmlElement {
  const parser = new SaxesParser({ xmlns: true, fragment: true })
  const open: XmlElement[] = []
  let root: XmlElement | undefined
  parser.on('error', (error) => {
    throw error
  })
  parser.on('opentag', ({ name, attributes }) => {
    const attrs = Object.fromEntries(
      Object.values(attributes).map((attribute) => [attribute.name, attribute.value]),
    )
    const opened = element(name, attrs)
    open.at(-1)?.append(opened)
    open.push(opened)
    root ??= opened
  })
  parser.on('closetag', () => {
    const closed = open.pop()
    const indented = closed?.children.some((child) => typeof child === 'object')
    if (closed && indented && layout === 'ignored') {
      closed.children = closed.children.filter((child) => typeof child === 'object' || child.trim() !== '')
    }
  })
  parser.on('text', (text) => {
    open.at(-1)?.append(text)
  })
  parser.write(text).close()
  if (!root) throw new Error('no element in the text')
  return root
}
