sqlite3 /data/count.db 'create table if not exists runs (n); insert into runs values (1)'
echo "Hello from $(id -un) ($(id -u)), home ~app is" ~app
sqlite3 /data/count.db 'select count(*) from runs'
if [ "$1" = export ]; then sqlite3 -json /data/count.db 'select n from runs'; fi
