import { useEffect, useId, useRef, useState, type ReactNode } from 'react';
import type { Outcome, SlackState } from '../../model.js';
import type { Block, OpenView } from '../../../slack/model.js';
import { act } from '../act.js';
import type { Theme } from '../theme.js';
import { Blocks, isFields, textOf } from './blocks.js';

interface ModalProps {
  readonly open: OpenView;
  readonly slack: SlackState;
  readonly theme: Theme;
  readonly onOutcome: (outcome: Outcome) => void;
}

/** A modal of Slack: its `input` blocks as fields of a form, everything else as in a message. */
export function Modal({ open: { user, view }, slack, theme, onOutcome }: ModalProps): ReactNode {
  const form = useRef<HTMLFormElement>(null);
  const title = useId();
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({});
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    form.current?.querySelector<HTMLElement>('textarea, input')?.focus();
  }, []);

  const submit = async (): Promise<void> => {
    if (form.current === null) return;
    const entries = [...new FormData(form.current)].map(([name, value]) => [name, textOf(value)] as const);
    const values = Object.fromEntries(entries.filter(([, value]) => value !== ''));
    setBusy(true);
    const outcome = await act({ on: 'slack', do: 'submit', user, view: view.id, values });
    setBusy(false);
    setErrors(outcome.errors ?? {});
    onOutcome(outcome);
  };
  const close = (): void => void act({ on: 'slack', do: 'close', user, view: view.id }).then(onOutcome);

  return (
    <div className="modal-layer">
      <form
        ref={form}
        className="modal"
        role="dialog"
        aria-labelledby={title}
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
        onKeyDown={(event) => {
          if (event.key === 'Escape') close();
        }}
      >
        <h3 id={title}>{plainText(view.title)}</h3>
        {view.blocks.map((block, index) =>
          block.type === 'input' ? (
            <Field key={textOf(block.block_id)} block={block} error={errors[textOf(block.block_id)]} />
          ) : (
            <Blocks key={index} blocks={[block]} slack={slack} theme={theme} onPress={undefined} />
          ),
        )}
        <footer>
          <button type="button" className="button" onClick={close}>
            {plainText(view.close) || 'Cancel'}
          </button>
          {plainText(view.submit) !== '' && (
            <button type="submit" className="button primary" disabled={busy}>
              {plainText(view.submit)}
            </button>
          )}
        </footer>
      </form>
    </div>
  );
}

function Field({ block, error }: { readonly block: Block; readonly error: string | undefined }): ReactNode {
  const id = useId();
  const name = textOf(block.block_id);
  const label = plainText(block.label);
  const hint = plainText(block.hint);
  const element = isFields(block.element) ? block.element : {};
  const about = `${id}-about`;
  const shared = {
    id,
    name,
    required: block.optional !== true,
    'aria-invalid': error !== undefined,
    'aria-describedby': about,
  };
  const below = (
    <p id={about} className={error === undefined ? 'hint' : 'hint error'}>
      {error ?? hint}
    </p>
  );
  if (element.type === 'radio_buttons') {
    const initial = isFields(element.initial_option) ? element.initial_option.value : undefined;
    const options = Array.isArray(element.options) ? element.options.filter(isFields) : [];
    return (
      <fieldset className="field">
        <legend>{label}</legend>
        {options.map(({ text, value }) => (
          <label key={textOf(value)}>
            <input type="radio" name={name} value={textOf(value)} defaultChecked={value === initial} />{' '}
            {plainText(text)}
          </label>
        ))}
        {below}
      </fieldset>
    );
  }
  const maxLength = typeof element.max_length === 'number' ? element.max_length : undefined;
  const initial = textOf(element.initial_value);
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {element.multiline === true ? (
        <textarea {...shared} rows={3} maxLength={maxLength} defaultValue={initial} />
      ) : (
        <input {...shared} type="text" maxLength={maxLength} defaultValue={initial} autoComplete="off" />
      )}
      {below}
    </div>
  );
}

function plainText(text: unknown): string {
  return isFields(text) ? textOf(text.text) : '';
}
