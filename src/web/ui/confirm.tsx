// Asks for confirmation before an action that can't be undone.
import { AlertDialog } from '@base-ui/react/alert-dialog';
import type { ReactElement, ReactNode } from 'react';
import { Button, buttonClass } from './button.tsx';
import styles from './dialog.module.css';

type ConfirmProps = {
  /** The button that opens the dialog. */
  trigger: ReactElement;
  title: string;
  children: ReactNode;
  action: string;
  onConfirm: () => void;
};

export function Confirm({ trigger, title, children, action, onConfirm }: ConfirmProps) {
  return (
    <AlertDialog.Root>
      <AlertDialog.Trigger render={trigger} />
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className={styles.backdrop} />
        <AlertDialog.Popup className={styles.popup}>
          <AlertDialog.Title>{title}</AlertDialog.Title>
          <AlertDialog.Description>{children}</AlertDialog.Description>
          <div className={styles.row}>
            <AlertDialog.Close className={buttonClass('quiet')}>Cancel</AlertDialog.Close>
            <AlertDialog.Close render={<Button look="danger" onClick={onConfirm} />}>
              {action}
            </AlertDialog.Close>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
