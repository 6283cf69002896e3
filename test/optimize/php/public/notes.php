<?php
$database = new PDO('sqlite::memory:');
$database->exec('create table notes (text)');
$database->exec("insert into notes values ('" . (new DateTime('2026-01-01', new DateTimeZone('Asia/Tokyo')))->format('c') . "')");
echo json_encode($database->query('select text from notes')->fetchAll(PDO::FETCH_COLUMN));
