const path = require('node:path');
const express = require('express');

const app = express();
app.set('view engine', 'ejs');
app.set('views', path.join(__dirname, 'views'));
app.use(express.static(path.join(__dirname, 'public')));
app.get('/', (_request, response) => response.send('Hello from Express'));
app.get('/prices', (_request, response) => {
  const { prices } = require('./lib/prices');
  response.render('prices', { prices: prices() });
});
app.listen(process.env.PORT ?? 3000);
