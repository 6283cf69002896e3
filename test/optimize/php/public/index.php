Hello from <?= mb_strtoupper('php') ?>
