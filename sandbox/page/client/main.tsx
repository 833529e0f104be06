import { createRoot } from 'react-dom/client';
import 'slack-blocks-to-jsx/dist/style.css';
import 'adaptivecards/lib/adaptivecards.css';
import './style/base.css';
import './style/frame.css';
import './style/chat.css';
import './style/composer.css';
import './style/slack.css';
import './style/teams.css';
import './style/defender.css';
import { App } from './app.js';

const root = document.getElementById('page');
if (root) createRoot(root).render(<App />);
