require 'sinatra/base'

class App < Sinatra::Base
  get '/' do
    'Hello from Sinatra'
  end

  get '/report' do
    require 'csv'
    require 'openssl'
    @digest = OpenSSL::Digest::SHA256.hexdigest(CSV.generate { |csv| csv << [1, 2] })
    erb :report
  end

  get '/stamp' do
    ENV['TZ'] = 'America/Lima'
    Time.at(0).strftime('%H:%M %Z')
  end
end
