import { render } from '../../../../adapters/slack/platform.js';
import { goldenFiles } from '../../../golden/golden.js';
import { assertWithinLimits } from './limits.js';

goldenFiles('slack', render, assertWithinLimits);
