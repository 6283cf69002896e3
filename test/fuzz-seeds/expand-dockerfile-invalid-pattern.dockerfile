FROM D${%\�}

