/* SPDX-License-Identifier: MIT */
/**
 * What a person does with what is not sent yet.
 *
 * @typedef {import('./types.js').Actions} Actions
 * @typedef {import('./types.js').Attachment} Attachment
 * @typedef {import('./types.js').Conversation} Conversation
 * @typedef {import('./types.js').Id} Id
 * @typedef {import('./types.js').State} State
 */

import { MAX_ATTACHMENTS, MAX_FILE_CHARS, MAX_IMAGE_CHARS, MAX_TEXT_FILE_BYTES } from './limits.js';
import { MAX_QUEUED, joined } from './queue.js';
import { selectActive, selectConversation, selectMemory, selectModel } from './selectors.js';

/**
 * @typedef {'setDraft' | 'addAttachment' | 'removeAttachment' | 'queueDraft' | 'unqueue'} DraftActionName
 * @typedef {Pick<Actions, DraftActionName>} DraftActions
 */

/**
 * @param {import('./actions.js').Tools} tools
 * @returns {DraftActions}
 */
export function draftActions({ store: { dispatch, getState }, addToast }) {
  const idOf = (/** @type {Id | undefined} */ id) => id ?? getState().conversations.activeId;
  return {
    setDraft(patch, conversationId) {
      dispatch({ type: 'conversation/draftChanged', id: idOf(conversationId), patch });
    },

    addAttachment(attachment, conversationId) {
      const id = idOf(conversationId);
      const conversation = selectConversation(getState(), id);
      if (conversation === null) return false;
      const refusal = refusalOf(getState(), conversation, attachment);
      if (refusal !== null) {
        addToast({ kind: 'error', key: refusal, values: {
          name: refusal === 'toast.modelTakesNoImages'
            ? selectModel(getState(), conversation)?.name ?? '' : attachment.name,
          max: MAX_ATTACHMENTS,
        } });
        return false;
      }
      const attachments = [...conversation.draft.attachments, attachment];
      dispatch({ type: 'conversation/draftChanged', id, patch: { attachments } });
      return true;
    },

    removeAttachment(attachmentId, conversationId) {
      const id = idOf(conversationId);
      const before = selectConversation(getState(), id)?.draft.attachments ?? [];
      const attachments = before.filter((attachment) => attachment.id !== attachmentId);
      dispatch({ type: 'conversation/draftChanged', id, patch: { attachments } });
    },

    queueDraft() {
      const { id, queue, draft } = selectActive(getState());
      if (draft.text.trim() === '' && draft.attachments.length === 0) return false;
      if (queue.length >= MAX_QUEUED) {
        addToast({ kind: 'error', key: 'toast.queueFull', values: { max: MAX_QUEUED } });
        return false;
      }
      dispatch({ type: 'conversation/queued', id, queue: [...queue, draft], draft: { text: '', attachments: [] } });
      return true;
    },

    unqueue(index) {
      const { id, queue, draft } = selectActive(getState());
      const taken = queue[index];
      if (taken === undefined) return;
      dispatch({ type: 'conversation/queued', id, queue: queue.filter((_, i) => i !== index), draft: joined([taken, draft]) });
    },
  };
}

/**
 * Why an attachment cannot be taken, as the key of a toast; null when it can.
 *
 * @param {State} state
 * @param {Conversation} conversation
 * @param {Attachment} attachment
 * @returns {string | null}
 */
function refusalOf(state, conversation, attachment) {
  if (conversation.draft.attachments.length >= MAX_ATTACHMENTS) return 'toast.tooManyAttachments';
  if (selectMemory(state).level === 'full') return 'toast.memoryFull';
  const { kind, data } = attachment;
  if (kind === 'file' && attachment.text.length > MAX_TEXT_FILE_BYTES) return 'toast.fileTooLarge';
  if (data.length > (kind === 'image' ? MAX_IMAGE_CHARS : MAX_FILE_CHARS)) return 'toast.fileTooLarge';
  const model = selectModel(state, conversation);
  return kind === 'image' && model !== null && !model.input.includes('image') ? 'toast.modelTakesNoImages' : null;
}
