// Every task of the Opportunities page, by two hands: with a mouse where no script runs, and by keyboard alone, with
// the focus visible and uncovered at every stop. Each task begins where the one before it ended.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { startBigDemo } from './big.js';
import { quote } from './documents.js';
import { eventually } from './harness.js';
import { addPerson, signIn, startDemoWithPeople, stop } from './people.js';
import { Keyboard, Mouse } from './person.js';
import { CHOICES, PAGE, control, isText, shown } from './settings.js';

const CREATED = 'When a quote is created';
const PROBABILITY = [CREATED, 'Probability % (optional)'];
const OWNER = [CREATED, 'Default owner'];
const WON_STAGE = ['When a quote is won', 'Stage'];
const CATEGORIES = ['Hardware/Accessory', 'Hardware/Phone', 'Gadgets/Laptops', 'Zoo', 'Aviary', 'Aquarium'];
const SOLUTION_DESIGN = 29681502;

for (const [how, Hand, javaScript] of [['with a mouse and without JavaScript', Mouse, false], ['by keyboard alone', Keyboard, true]]) {
  describe(`every task ${how}`, () => {
    let demo;
    let robin;
    let kim;
    before(async () => {
      demo = await startDemoWithPeople(['--fresh', '--no-quotes']);
      const at = async (person) => {
        const page = await demo.newPage({ javaScript });
        await signIn(page, person);
        return new Person(page, new Hand(page));
      };
      [robin, kim] = [await at(demo), await at(addPerson(demo, 'Kim', 'editor'))];
    });
    after(async () => {
      for (const person of [robin, kim]) await person?.page.context().close();
      await stop(demo);
    });

    it('turn the sync on', async () => {
      await robin.open();
      await robin.press(robin.page.getByRole('switch'), 'Opportunity sync is enabled');
    });

    it('save the defaults', async () => {
      for (const choice of CHOICES) await robin.set(...choice);
      await robin.save('Settings saved');
      await robin.open();
      assert.deepEqual(await shown(robin.page), CHOICES);
    });

    it('mend three errors', async () => {
      await robin.set(...WON_STAGE, 'Select a stage');
      await robin.set(...PROBABILITY, 'half');
      await robin.set('When a service or labor role is created in Autotask', 'Category', 'Bundle');
      await robin.save('There is a problem');
      const links = robin.page.locator('#error-summary a');
      assert.equal(await links.count(), 3);
      for (const [index, choice] of [[...PROBABILITY, '36'], [...WON_STAGE, 'Closed Won']].entries()) {
        await robin.hand.press(links.nth(index));
        assert.ok(await control(robin.page, choice[0], choice[1]).evaluate((field) => field === document.activeElement));
        await robin.set(...choice);
      }
      await robin.set('When a service or labor role is created in Autotask', 'Category', 'Services');
      await robin.save('Settings saved');
      await robin.page.getByText('2 other changes.').waitFor();
      assert.equal(await robin.probability(), '36');
    });

    it('discard', async () => {
      await robin.open();
      await robin.set(...PROBABILITY, '99');
      const loaded = robin.page.waitForEvent('load');
      await robin.hand.press(robin.page.getByRole('link', { name: 'Discard' }));
      await loaded;
      assert.equal(await robin.probability(), '36');
    });

    it('undo from the banner', async () => {
      await robin.set(...PROBABILITY, '99');
      await robin.save('Probability % is now 99.');
      await robin.press(robin.page.getByRole('button', { name: 'Undo' }), 'is undone');
      assert.equal(await robin.probability(), '36');
    });

    it('change different settings at the same time', async () => {
      await Promise.all([robin, kim].map((person) => person.open()));
      await kim.set(...WON_STAGE, 'Verbal Agreement');
      await kim.save('Settings saved');
      await robin.set(...PROBABILITY, '41');
      await robin.save('Both changes are kept.');
      assert.deepEqual(await shown(robin.page, [WON_STAGE, PROBABILITY]), [[...WON_STAGE, 'Verbal Agreement'], [...PROBABILITY, '41']]);
    });

    it('change the same setting at the same time, and choose', async () => {
      await Promise.all([robin, kim].map((person) => person.open()));
      await kim.set(...PROBABILITY, '43');
      await kim.save('Settings saved');
      await robin.set(...PROBABILITY, '42');
      await robin.save('Choose which values to keep');
      await robin.hand.check(robin.page.getByRole('radio', { name: /Yours/ }));
      await robin.press(robin.page.getByRole('button', { name: 'Save these choices' }), 'Probability % is now 42.');
    });

    it('map by accepting suggestions', async () => {
      const [product] = quote().lines;
      const line = (category, index) => ({ ...product, id: String(index), sku: `MAP-${index}`, category });
      await demo.putQuote('Q-MAP', quote('open', { lines: CATEGORIES.map(line) }));
      await robin.open();
      await robin.press(robin.page.getByRole('button', { name: /^Accept \d+ exact matches$/ }), 'exact matches accepted.');
      const weak = robin.page.getByRole('button', { name: 'Accept Hardware › Laptops for Gadgets › Laptops' });
      await robin.press(weak, '1 suggestion accepted');
      await robin.save('Settings saved');
      assert.deepEqual(await robin.targets('Hardware › Phone', 'Gadgets › Laptops'), ['Hardware › Phones', 'Hardware › Laptops']);
    });

    it('map several categories at once', async () => {
      for (const category of ['Zoo', 'Aviary']) await robin.hand.check(robin.row(category).getByRole('checkbox'));
      await robin.hand.choose(robin.page.getByLabel('Map selected to…'), 'Warranty');
      await robin.press(robin.page.getByRole('button', { name: 'Map selected' }), '2 rows mapped to Warranty.');
      await robin.save('Settings saved');
      assert.deepEqual(await robin.targets('Zoo', 'Aviary'), ['Warranty', 'Warranty']);
    });

    it('import a map', async () => {
      await robin.press(robin.page.getByRole('link', { name: 'Import a CSV file' }), 'Or paste its lines');
      await robin.hand.paste(robin.page.getByLabel('Or paste its lines'), 'category,autotask_category\nAquarium,Warranty\n');
      await robin.press(robin.page.getByRole('button', { name: 'Show what changes' }), '→ Warranty');
      await robin.press(robin.page.getByRole('button', { name: 'Save these mappings' }), 'Settings saved');
      assert.deepEqual(await robin.targets('Aquarium'), ['Warranty']);
    });

    it('change an inactive value', async () => {
      await demo.editPicklist('Opportunities/stage', SOLUTION_DESIGN, { isActive: false });
      await robin.page.goto('/apps/autotask');
      // Leaving before the answer would take the request back.
      const taken = robin.page.waitForResponse((response) => response.url().endsWith('/lists/refresh'));
      await robin.hand.press(robin.page.getByRole('button', { name: 'Refresh lists' }));
      await taken;
      const stage = [CREATED, 'Stage'];
      await eventually(async () => {
        await robin.open();
        return robin.page.getByText('New quotes are held until you choose an active stage.').isVisible();
      });
      assert.deepEqual(await shown(robin.page, [stage]), [[...stage, 'Solution Design (inactive in Autotask)']]);
      await robin.set(...stage, 'Negotiation');
      await robin.save('Stage for new quotes is now Negotiation.');
    });

    it('preview with a quote, and go back without loss', async () => {
      await robin.set(...PROBABILITY, '64');
      await robin.press(robin.page.getByRole('button', { name: 'Preview with a quote' }), 'This is what Autotask would receive');
      await robin.page.getByText('With the settings as they stand in the form, saved or not.').waitFor();
      await robin.press(robin.page.getByRole('button', { name: 'Back to the form' }), 'When a quote is created');
      assert.equal(await robin.probability(), '64');
      await robin.save('Probability % is now 64.');
    });

    it('restore from the history', async () => {
      await robin.press(robin.page.getByRole('link', { name: 'History', exact: true }), 'Every save of the settings');
      await robin.press(robin.page.locator('.entry a').nth(1), 'What it changed');
      await robin.press(robin.page.getByRole('link', { name: 'Restore these settings' }), 'This puts 1 setting back');
      await robin.save('is restored');
      assert.equal(await robin.probability(), '42');
    });

    it('export the settings, and import them changed', async () => {
      await robin.press(robin.page.getByRole('link', { name: 'Settings as a file' }), 'Or paste the file');
      const saved = robin.page.waitForEvent('download');
      await robin.hand.press(robin.page.getByRole('link', { name: 'Download the settings' }));
      const text = await readFile(await (await saved).path(), 'utf8');
      const changed = text.replace(/^(probability *= *)42/m, '$158');
      assert.notEqual(changed, text);
      await robin.hand.paste(robin.page.getByLabel('Or paste the file'), changed);
      await robin.press(robin.page.getByRole('button', { name: 'Show what changes' }), 'In the file');
      await robin.press(robin.page.getByRole('button', { name: 'Save these settings' }), 'Probability % is now 58.');
    });

    it('turn the sync off', async () => {
      await robin.press(robin.page.getByRole('switch'), 'Turn off opportunity sync?');
      await robin.press(robin.page.getByRole('button', { name: 'Turn off sync' }), 'Opportunity sync is disabled');
    });

    it('leaves no error behind', () => assert.deepEqual([...robin.page.problems, ...kim.page.problems], []));
  });

  describe(`a long list ${how}`, () => {
    let big;
    let robin;
    before(async () => {
      big = await startBigDemo();
      const page = await big.demo.newPage({ javaScript });
      await big.demo.signIn(page);
      robin = new Person(page, new Hand(page));
    });
    after(async () => {
      await robin?.page.context().close();
      await big?.stop();
    });

    it('is chosen from by typing', async () => {
      await robin.open();
      await robin.set(...OWNER, 'nora bianchi');
      await robin.save('Default owner is now Nora Bianchi');
      assert.match(await control(robin.page, ...OWNER).inputValue(), /^Nora Bianchi — /);
    });

    it('offers the nearest names for one that nobody has', async () => {
      await robin.set(...OWNER, 'Nora Biankhi');
      await robin.save('There is a problem');
      await robin.press(robin.page.getByRole('button', { name: /^Nora Bianchi/ }), 'When a quote is created');
      await robin.page.locator('#error-summary').waitFor({ state: 'detached' });
      await robin.save('Nothing to save');
    });
  });
}

/** Somebody at the Opportunities page. */
class Person {
  constructor(page, hand) {
    this.page = page;
    this.hand = hand;
  }

  async open() {
    await this.page.goto(PAGE);
  }

  /** Presses something, and waits for the words that tell that it is done. */
  async press(target, words) {
    await this.hand.press(target);
    await this.page.getByRole('main').getByText(words).first().waitFor();
    await this.page.waitForLoadState();
  }

  save(words) {
    return this.press(this.page.getByRole('button', { name: 'Save', exact: true }), words);
  }

  /** Sets a setting, whatever its control is. */
  async set(section, label, choice) {
    const field = control(this.page, section, label);
    if (choice === true) await this.hand.check(field);
    else if (await isText(field)) await this.hand.write(field, choice);
    else await this.hand.choose(field, choice);
  }

  probability() {
    return control(this.page, ...PROBABILITY).inputValue();
  }

  /** The row of a category in the map. */
  row(category) {
    return this.page.locator('[data-map] tbody tr').filter({ has: this.page.locator('th').getByText(category, { exact: true }) });
  }

  /** What categories are mapped to. */
  targets(...categories) {
    return Promise.all(categories.map((category) => this.row(category).locator('select').evaluate((select) => select.selectedOptions[0].label)));
  }
}
