/** Starts the dashboard in the page. */
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { createServices } from './services.ts'
import './styles/tokens.css'
import './styles/base.css'

const services = createServices()
const root = document.getElementById('root')
if (!root) throw new Error('The page has no root element')
void services.language.choose(services.language.first).then(() => createRoot(root).render(<App services={services} />))
