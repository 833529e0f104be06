import { render } from '../../../../adapters/teams/render/render.js';
import { goldenFiles } from '../../../golden/golden.js';
import { assertValid, publishedSchema } from './valid.js';

describe('The published schema of Adaptive Cards 1.5', () => {
  it('is beside the project, so that every golden file is checked against it', function () {
    if (publishedSchema() !== undefined) return;
    process.stdout.write('      adaptive-card-1.5.json is not here: cards are checked by the official parser alone\n');
    this.skip();
  });
});

goldenFiles('teams', render, assertValid);
