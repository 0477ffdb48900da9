import './design/tokens.css'
import './design/base.css'
import './design/controls.css'
import { render } from 'preact'
import { Shell } from './shell/shell.tsx'

const place = document.getElementById('app')
if (!place) throw new Error('the page has no place for its app')
render(<Shell />, place)
