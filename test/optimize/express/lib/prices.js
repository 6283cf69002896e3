exports.prices = () => [
  new Intl.NumberFormat('de-DE', { style: 'currency', currency: 'EUR' }).format(1234.5),
];
