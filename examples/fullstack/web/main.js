import { h, render } from 'preact';

const TITLE = 'Front end and back end';

const response = fetch('/api/hello').then((answer) => answer.json());

function Page({ message }) {
  return h('main', null, h('h1', null, TITLE), h('p', null, message));
}

response.then(({ message }) => render(h(Page, { message }), document.body));
