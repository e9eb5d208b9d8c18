// An application with answers of its own, which records the conversation so that users can rate them.
const answers = [
  'The Plus and Pro plans have it, on weekdays from nine to five.',
  'You find it in the settings, under Account.',
  'I am only an example, and have three answers.',
];
let answerCount = 0;

async function send(query, variables) {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  if (errors !== undefined) throw new Error(errors[0].message);
  return data;
}

const started = (async () => {
  const { models } = await send('{ models(first: 1) { nodes { id } } }');
  const { startConversation } = await send(
    'mutation ($input: StartConversationInput!) { startConversation(input: $input) { conversation { id } } }',
    { input: { model: models.nodes[0].id, title: 'An application of your own' } },
  );
  return startConversation.conversation.id;
})();

async function record(role, content) {
  const input = { conversationId: await started, role, content };
  const { addMessage } = await send(
    'mutation ($input: AddMessageInput!) { addMessage(input: $input) { message { id } } }',
    { input },
  );
  return addMessage.message.id;
}

function show(className, text) {
  const item = document.createElement('li');
  const paragraph = document.createElement('p');
  item.className = className;
  paragraph.textContent = text;
  item.append(paragraph);
  document.getElementById('thread').append(item);
  return item;
}

document.getElementById('ask').addEventListener('submit', async (event) => {
  event.preventDefault();
  const field = document.getElementById('question');
  const question = field.value;
  field.value = '';
  show('question', question);
  try {
    await record('USER', question);
    const answer = answers[answerCount % answers.length];
    answerCount += 1;
    const item = show('answer', answer);
    const feedback = document.createElement('afterword-feedback');
    feedback.setAttribute('message-id', await record('ASSISTANT', answer));
    item.append(feedback);
  } catch (error) {
    show('answer', error.message);
  }
});
